using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Binders;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Api.Json;

/// <summary>
/// Makes an order of the body and the header <c>Idempotency-Key</c>. The short way is for good orders: their JSON is read and validated right
/// here, without the framework's formatters and its walk over the object, which cost more than all the rest of a booking. Whatever is not
/// plainly a good order goes the long way, which finds the words for what is wrong with it.
/// </summary>
internal sealed class OrderBinder(IModelBinder longWay, JsonTypeInfo<BookTicketCommand> json, IValidator<BookTicketCommand> validator) : IModelBinder
{
    /// <summary>An order needs less than a tenth of that.</summary>
    private const int MaxBytes = 1024;

    public async Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var request = bindingContext.HttpContext.Request;
        var key = request.Headers.TryGetValue(BookTicketCommand.IdempotencyKeyHeader, out var values) ? values.ToString() : null;
        if (request is { ContentType: "application/json" or "application/json; charset=utf-8", ContentLength: > 0 and <= MaxBytes })
        {
            var reader = request.BodyReader;
            var body = (await reader.ReadAtLeastAsync((int)request.ContentLength, bindingContext.HttpContext.RequestAborted)).Buffer;
            if (WithKey(Read(body), key) is { } order && validator.Validate(order).IsValid)
            {
                reader.AdvanceTo(body.End);
                bindingContext.Accept(order);
                return;
            }

            reader.AdvanceTo(body.Start); // the long way begins at the beginning
        }

        await longWay.BindModelAsync(bindingContext);
        if (bindingContext.Result.Model is BookTicketCommand read)
        {
            bindingContext.Result = ModelBindingResult.Success(WithKey(read, key));
        }
    }

    private static BookTicketCommand? WithKey(BookTicketCommand? order, string? key) =>
        order is null || key is null ? order : order with { IdempotencyKey = key };

    private BookTicketCommand? Read(in ReadOnlySequence<byte> body)
    {
        try
        {
            return body.IsSingleSegment ? JsonSerializer.Deserialize(body.FirstSpan, json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Hands out the binder of <c>POST /book</c>, the one endpoint whose speed is what this program is for.</summary>
internal sealed class OrderBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context)
    {
        if (context.Metadata.ModelType != typeof(BookTicketCommand))
        {
            return null;
        }

        var options = context.Services.GetRequiredService<IOptions<MvcOptions>>().Value;
        var json = context.Services.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        return new OrderBinder(
            new BodyModelBinder(
                options.InputFormatters,
                context.Services.GetRequiredService<IHttpRequestStreamReaderFactory>(),
                context.Services.GetRequiredService<ILoggerFactory>(),
                options),
            (JsonTypeInfo<BookTicketCommand>)json.GetTypeInfo(typeof(BookTicketCommand)),
            context.Services.GetRequiredService<IValidator<BookTicketCommand>>());
    }
}
