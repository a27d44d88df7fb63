using Microsoft.AspNetCore.Mvc.ModelBinding;
using Ticketing.Api.Controllers;

namespace Ticketing.Api.Binding;

/// <summary>Takes the idempotency key from its header. A wrong one is left to the validator.</summary>
internal sealed class BookingHeadersBinder : IModelBinder
{
    private static readonly BookingHeaders _none = new();

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        if (!bindingContext.HttpContext.Request.Headers.TryGetValue(BookingHeaders.IdempotencyKeyName, out var values))
        {
            bindingContext.Accept(_none);
            return Task.CompletedTask;
        }

        var headers = new BookingHeaders { IdempotencyKey = values.ToString() };
        if (BookingHeadersValidator.IsValid(headers.IdempotencyKey))
        {
            bindingContext.Accept(headers);
        }
        else
        {
            bindingContext.Result = ModelBindingResult.Success(headers);
        }

        return Task.CompletedTask;
    }
}
