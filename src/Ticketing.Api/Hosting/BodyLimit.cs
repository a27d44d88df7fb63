using Microsoft.AspNetCore.Http.Features;

namespace Ticketing.Api.Hosting;

/// <summary>
/// Refuses large and compressed bodies without closing the connection. The server's own limit closes it at once, and a client that is still sending sees a
/// broken pipe instead of the response. Here the server reads and discards the rest.
/// </summary>
internal static class BodyLimit
{
    private const int MaxBytes = 64 * 1024;

    public static void UseBodyLimit(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException("The body is compressed.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Request.Body = new LimitedStream(context.Request.Body);
        }

        return next(context);
    });

    private static BadHttpRequestException TooLarge() => new("Request body too large.", StatusCodes.Status413PayloadTooLarge);

    /// <summary>For bodies without a Content-Length.</summary>
    private sealed class LimitedStream(Stream body) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await body.ReadAsync(buffer, cancellationToken);
            _read += count;
            return _read > MaxBytes ? throw TooLarge() : count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
