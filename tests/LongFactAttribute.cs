namespace Ticketing.TestServers;

/// <summary>A test for <c>./test.sh --long</c>: it takes long however small it is, and what it checks seldom changes.</summary>
public sealed class LongFactAttribute : Xunit.FactAttribute
{
    public LongFactAttribute()
    {
        if (!TestLength.IsLong)
        {
            Skip = "./test.sh --long runs it.";
        }
    }
}
