using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ticketing.Infrastructure.Hosting;

/// <summary>Binds sections of the configuration to typed classes.</summary>
public static class OptionsRegistration
{
    /// <summary>Binds and checks a section when the program starts. An invalid value or an unknown name stops the program.</summary>
    public static void AddValidatedOptions<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(new SettingValidator<TOptions>(section));
        services.AddOptions<TOptions>()
            .BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
    }

    /// <summary>Checks the attributes of the class, and reports a setting by its name in the configuration.</summary>
    private sealed class SettingValidator<TOptions>(string section) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var results = new List<ValidationResult>();
            if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
            {
                return ValidateOptionsResult.Success;
            }

            return ValidateOptionsResult.Fail(results.Select(result =>
                $"{string.Join(", ", result.MemberNames.Select(member => $"{section}:{member}"))}: {result.ErrorMessage}"));
        }
    }
}

/// <summary>A section of the configuration that this program reads.</summary>
/// <param name="Name">Its name, such as <c>Booking</c>.</param>
/// <param name="Options">The class that it is bound to; each property is a setting.</param>
public sealed record SettingsSection(string Name, Type Options);

/// <summary>A setting has an invalid value; the program does not start.</summary>
/// <param name="setting">The name of the setting in the configuration.</param>
/// <param name="problem">What is wrong with it, in a sentence.</param>
public sealed class InvalidSettingException(string setting, string problem) : Exception($"{setting}: {problem}");
