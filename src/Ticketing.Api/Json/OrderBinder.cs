using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Binders;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.HoldTickets;

namespace Ticketing.Api.Json;

/// <summary>
/// Binds an order from the body and the header <c>Idempotency-Key</c>. Valid orders take the short path: their JSON is read and validated here, without the
/// framework's formatters and its walk over the object, which cost more than the rest of a booking. Everything else takes the framework's path, which
/// describes what is wrong.
/// </summary>
internal sealed class OrderBinder<TOrder>(
    IModelBinder framework, JsonTypeInfo<TOrder> json, IValidator<TOrder> validator, Func<TOrder, string, TOrder> withKey) : IModelBinder
    where TOrder : class, IOrder
{
    /// <summary>Ten times as long as an order usually is.</summary>
    private const int MaxBytes = 1024;

    public async Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var request = bindingContext.HttpContext.Request;
        var key = request.Headers.TryGetValue(IOrder.IdempotencyKeyHeader, out var values) ? string.Join(' ', values!) : null; // no key has a space, so two are refused
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

            reader.AdvanceTo(body.Start); // the framework reads it from the start
        }

        await framework.BindModelAsync(bindingContext);
        if (bindingContext.Result.Model is TOrder read)
        {
            bindingContext.Result = ModelBindingResult.Success(WithKey(read, key));
        }
    }

    private TOrder? WithKey(TOrder? order, string? key) => order is null || key is null ? order : withKey(order, key);

    private TOrder? Read(in ReadOnlySequence<byte> body)
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

/// <summary>Provides the binders of <c>POST /book</c> and <c>POST /holds</c>, the endpoints whose speed matters most.</summary>
internal sealed class OrderBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context) =>
        context.Metadata.ModelType == typeof(BookTicketCommand) ? BinderOf<BookTicketCommand>(context, (order, key) => order with { IdempotencyKey = key })
        : context.Metadata.ModelType == typeof(HoldTicketsCommand) ? BinderOf<HoldTicketsCommand>(context, (order, key) => order with { IdempotencyKey = key })
        : null;

    private static OrderBinder<TOrder> BinderOf<TOrder>(ModelBinderProviderContext context, Func<TOrder, string, TOrder> withKey)
        where TOrder : class, IOrder
    {
        var options = context.Services.GetRequiredService<IOptions<MvcOptions>>().Value;
        var json = context.Services.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        return new(
            new BodyModelBinder(
                options.InputFormatters,
                context.Services.GetRequiredService<IHttpRequestStreamReaderFactory>(),
                context.Services.GetRequiredService<ILoggerFactory>(),
                options),
            (JsonTypeInfo<TOrder>)json.GetTypeInfo(typeof(TOrder)),
            context.Services.GetRequiredService<IValidator<TOrder>>(),
            withKey);
    }
}
