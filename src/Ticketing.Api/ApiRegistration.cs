using System.Globalization;
using FluentValidation;
using FluentValidation.AspNetCore;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Ticketing.Api.Access;
using Ticketing.Api.Controllers;
using Ticketing.Api.Hosting;
using Ticketing.Api.Json;
using Ticketing.Api.Lab;
using Ticketing.Api.OpenApi;
using Ticketing.Api.Problems;
using Ticketing.Api.Ui;
using Ticketing.Application.Bookings.GetHistory;

namespace Ticketing.Api;

/// <summary>Registers the HTTP side: controllers, JSON, validation, problem documents and the API's description.</summary>
internal static class ApiRegistration
{
    public static void AddApi(this IServiceCollection services)
    {
        services
            .AddMvcCore(mvc => // not AddControllers, which adds authorization to every request; UseAccess reads the same attributes
            {
                mvc.ModelBinderProviders.Insert(0, new OrderBinderProvider());
                mvc.ModelMetadataDetailsProviders.Add(new SnakeCaseNames());
                mvc.Conventions.Add(new HeadWhereverGet());
                mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
                mvc.ModelBindingMessageProvider.SetAttemptedValueIsInvalidAccessor((value, name) =>
                    string.Create(CultureInfo.InvariantCulture, $"Must be a whole number up to {(IsLong(name) ? long.MaxValue : int.MaxValue):N0}, not '{value}'."));
                mvc.Filters.Remove(mvc.Filters.OfType<UnsupportedContentTypeFilter>().Single());
                mvc.OutputFormatters.RemoveType<StringOutputFormatter>(); // JSON is the only format
                mvc.InputFormatters.OfType<SystemTextJsonInputFormatter>().Single().SupportOnly("application/json");
                mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>(); // and forms are not read
                mvc.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            })
            .AddApiExplorer()
            .ConfigureApiBehaviorOptions(behaviour =>
            {
                behaviour.InvalidModelStateResponseFactory = ValidationProblem.From;
                behaviour.SuppressInferBindingSourcesForParameters = true; // each parameter names its source
                behaviour.SuppressMapClientErrors = true; // no action answers with a status alone
            })
            .AddJsonOptions(json => JsonRules.Apply(json.JsonSerializerOptions));
        services.ConfigureHttpJsonOptions(json => JsonRules.Apply(json.SerializerOptions));

        services.AddFluentValidationAutoValidation(validation => validation.DisableDataAnnotationsValidation = true);
        services.SkipValidationOfAcceptedModels();
        services.AddValidatorsFromAssemblyContaining<Program>(ServiceLifetime.Singleton, includeInternalTypes: true);

        services.AddSingleton<FailureLog>();
        services.AddExceptionHandler<FaultHandler>();
        services.AddProblemDetails();
        services.AddOpenApiDocument();
        services.AddUi();
        services.AddLab();
    }

    public static void UseApi(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseBodyLimit();
        app.UseAccess();
        app.UseFailFast();
        app.UseRefusalOfUnexpectedInput();
        app.UseWhen(context => !IsAction(context), others => // so that a booking skips them all with one comparison
        {
            others.UseStatusCodePages(context => ProblemWriter.WriteStatusAsync(context.HttpContext));
            others.UseOpenApiDocument();
            others.UseUi();
        });
        app.MapUi();
        app.MapControllers();
    }

    /// <summary>Whether a controller answers the request. Controllers always write a body.</summary>
    private static bool IsAction(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is not null;

    private static bool IsLong(string parameter) => parameter.Equals(nameof(GetHistoryQuery.Before), StringComparison.OrdinalIgnoreCase);

    private static void SupportOnly(this InputFormatter formatter, string mediaType)
    {
        formatter.SupportedMediaTypes.Clear();
        formatter.SupportedMediaTypes.Add(mediaType);
    }
}
