// Two namespaces that use each other, and one of them only inside a lambda: what the graph must be able to find.
namespace Ticketing.ArchitectureTests.Samples.One
{
    internal sealed class First
    {
        public static Func<string?> Lazy { get; } = () => Two.Second.Make().ToString();
    }
}

namespace Ticketing.ArchitectureTests.Samples.Two
{
    internal static class Second
    {
        public static object Make() => new One.First();
    }
}
