using System.Text;
using Ticketing.RaceLab.Http;

namespace Ticketing.RaceLabTests;

public sealed class HttpAnswerParserTests
{
    private const string Booked =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 55\r\nIdempotent-Replayed: true\r\n\r\n" +
        """{"message":"Booking successful","booking_id":12345,"a":1}""";

    private const string Chunked =
        "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "9\r\n{\"code\":\"\r\nA;note=1\r\nsold_out\"}\r\n0\r\nTrailer: x\r\n\r\n";

    [Fact]
    public void An_answer_is_complete_with_its_last_byte_and_not_before()
    {
        var text = Booked.Replace("55", "57", StringComparison.Ordinal);
        for (var length = 0; length < text.Length; length++)
        {
            HttpAnswerParser.Parse(Bytes(text[..length]), isClosed: false, out _).Should().Be(0, $"only {length} bytes are there");
        }

        HttpAnswerParser.Parse(Bytes(text), isClosed: false, out var answer).Should().Be(text.Length);
        answer.Status.Should().Be(200);
        answer.IsReplayed.Should().BeTrue();
        answer.NumberAfter("\"booking_id\":"u8).Should().Be(12345);
    }

    [Fact]
    public void Chunks_are_put_together_wherever_the_network_splits_them()
    {
        for (var length = 0; length < Chunked.Length; length++)
        {
            HttpAnswerParser.Parse(Bytes(Chunked[..length]), isClosed: false, out _).Should().Be(0, $"only {length} bytes are there");
        }

        HttpAnswerParser.Parse(Bytes(Chunked), isClosed: false, out var answer).Should().Be(Chunked.Length);
        Encoding.ASCII.GetString(answer.Body.Span).Should().Be("""{"code":"sold_out"}""");
        answer.HasCode("sold_out"u8).Should().BeTrue();
    }

    [Fact]
    public void What_follows_an_answer_is_left_alone()
    {
        const string first = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        HttpAnswerParser.Parse(Bytes(first + Chunked), isClosed: false, out var answer).Should().Be(first.Length);
        answer.Body.Length.Should().Be(2);
    }

    [Fact]
    public void An_interim_answer_is_skipped()
    {
        HttpAnswerParser.Parse(Bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"), isClosed: false, out var answer).Should().BePositive();
        answer.Status.Should().Be(204);
    }

    [Fact]
    public void Without_a_length_the_end_of_the_connection_ends_the_answer()
    {
        var text = "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\nsorry";
        HttpAnswerParser.Parse(Bytes(text), isClosed: false, out _).Should().Be(0);
        HttpAnswerParser.Parse(Bytes(text), isClosed: true, out var answer).Should().Be(text.Length);
        answer.Body.Length.Should().Be(5);
        answer.IsLast.Should().BeTrue();
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public void What_is_not_HTTP_is_refused(string text) =>
        FluentActions.Invoking(() => HttpAnswerParser.Parse(Bytes(text), isClosed: false, out _)).Should().Throw<InvalidDataException>();

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
