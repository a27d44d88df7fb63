namespace Ticketing.RaceLab;

/// <summary>The lab cannot run; the message says why, and what to do.</summary>
public sealed class LabException : Exception
{
    public LabException(string message)
        : base(message)
    {
    }

    public LabException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
