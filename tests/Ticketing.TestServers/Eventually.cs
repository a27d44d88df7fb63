using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Ticketing.TestServers;

/// <summary>For what takes a moment: asks ten times a second, and no longer than there is patience.</summary>
public static class Eventually
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until a condition holds. One that throws ends the waiting.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="patience">For how long.</param>
    /// <param name="seen">What there is instead, for the message.</param>
    /// <param name="text">The condition's own text; the compiler fills it in.</param>
    /// <exception cref="TimeoutException">It did not come true; the message says what was waited for.</exception>
    public static Task HoldsAsync(
        Func<Task<bool>> condition, TimeSpan patience, Func<string>? seen = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        GetAsync(condition, isHeld => isHeld, patience, _ => seen?.Invoke(), text);

    /// <summary>Asks until the answer is the one that is waited for, and returns it.</summary>
    /// <inheritdoc cref="HoldsAsync"/>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> ask,
        Func<T, bool> condition,
        TimeSpan patience,
        Func<T, string?>? seen = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (condition(answer))
            {
                return answer;
            }

            if (clock.Elapsed > patience)
            {
                throw new TimeoutException($"Not within {patience.TotalSeconds} s: {text}. There is: {(seen is null ? answer : seen(answer))}");
            }

            await Task.Delay(_pause);
        }
    }
}
