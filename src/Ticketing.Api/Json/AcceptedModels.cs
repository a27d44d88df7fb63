using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;

namespace Ticketing.Api.Json;

/// <summary>
/// Skips the framework's validation for models that a binder has validated already. Even if there is nothing to validate, the framework reads attributes by
/// reflection for each request.
/// </summary>
internal static class AcceptedModels
{
    private static readonly ValidationStateEntry _accepted = new() { SuppressValidation = true };

    public static void Accept(this ModelBindingContext context, object model)
    {
        context.ValidationState.Add(model, _accepted);
        context.Result = ModelBindingResult.Success(model);
    }

    /// <summary>Must be called after validation is registered.</summary>
    public static void SkipValidationOfAcceptedModels(this IServiceCollection services)
    {
        var framework = services.Last(service => service.ServiceType == typeof(IObjectModelValidator)).ImplementationFactory!;
        services.AddSingleton<IObjectModelValidator>(provider => new Validator(
            (ObjectModelValidator)framework(provider),
            provider.GetRequiredService<IModelMetadataProvider>(),
            provider.GetRequiredService<IOptions<MvcOptions>>().Value));
    }

    private sealed class Validator(ObjectModelValidator framework, IModelMetadataProvider metadataProvider, MvcOptions options)
        : ObjectModelValidator(metadataProvider, options.ModelValidatorProviders)
    {
        public override void Validate(
            ActionContext actionContext, ValidationStateDictionary? validationState, string? prefix, object? model, ModelMetadata metadata, object? container)
        {
            if (model is null || validationState?[model] is not { SuppressValidation: true })
            {
                framework.Validate(actionContext, validationState, prefix, model, metadata, container);
            }
        }

        public override ValidationVisitor GetValidationVisitor(
            ActionContext actionContext,
            IModelValidatorProvider validatorProvider,
            ValidatorCache validatorCache,
            IModelMetadataProvider metadataProvider,
            ValidationStateDictionary? validationState) =>
            framework.GetValidationVisitor(actionContext, validatorProvider, validatorCache, metadataProvider, validationState);
    }
}
