using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;

namespace Ticketing.Api.Json;

/// <summary>
/// For binders that have seen to the validation themselves, or bind what needs none, as that of cancellation tokens. What they accepted is not
/// looked at again: even to find that it has nothing to do, the validation of the framework reads attributes by reflection, for each request.
/// </summary>
internal static class AcceptedModels
{
    private static readonly ValidationStateEntry _accepted = new() { SuppressValidation = true };

    public static void Accept(this ModelBindingContext context, object model)
    {
        context.ValidationState.Add(model, _accepted);
        context.Result = ModelBindingResult.Success(model);
    }

    /// <summary>To be called after the registration of the validation.</summary>
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
