namespace Ticketing.RaceLab.Http;

/// <summary>What a system is shown that asks who calls: the user part of its address, as in <c>http://tk_…@localhost:8000</c>.</summary>
public static class Credential
{
    /// <summary>The address with a key in it.</summary>
    public static Uri With(this Uri server, string key) => new UriBuilder(server) { UserName = key }.Uri;

    /// <summary>The header of a request to it; empty if its address has no key.</summary>
    public static string HeaderFor(Uri server) => server.UserInfo.Length == 0 ? "" : $"Authorization: Bearer {server.UserInfo}\r\n";
}
