using Microsoft.Extensions.Configuration;

namespace Ticketing.Infrastructure.Hosting;

/// <summary>
/// Secrets as Docker and Kubernetes hand them out: in files. Where a setting is a secret, the same name with <c>_FILE</c> at its end names a file that holds
/// the value, as in the official images of databases (<see href="https://hub.docker.com/_/mariadb"/>, "Docker Secrets").
/// </summary>
public static class SecretFiles
{
    private const string Suffix = "_FILE";

    /// <summary>Reads the files that <c>DB_…_FILE</c> and <c>ConnectionStrings__…_FILE</c> name; a line break at the end is not part of the value.</summary>
    /// <exception cref="InvalidSettingException">A file cannot be read, or the value is given in both ways.</exception>
    public static void AddSecretFiles(this IConfigurationManager configuration)
    {
        var secrets = configuration.AsEnumerable()
            .Where(setting => IsSecretFile(setting.Key) && !string.IsNullOrEmpty(setting.Value))
            .ToDictionary(setting => setting.Key[..^Suffix.Length], setting => (string?)Read(setting.Key, setting.Value!));
        if (secrets.Keys.FirstOrDefault(name => !string.IsNullOrEmpty(configuration[name])) is { } twice)
        {
            throw new InvalidSettingException(twice + Suffix, $"{twice} is set too; set one of them.");
        }

        configuration.AddInMemoryCollection(secrets);
    }

    private static bool IsSecretFile(string key) =>
        key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
        && (key.StartsWith("DB_", StringComparison.OrdinalIgnoreCase) || key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase));

    private static string Read(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingException(setting, exception.Message);
        }
    }
}
