namespace Ticketing.Infrastructure.Hosting;

/// <summary>A setting has a value that cannot be used; the program does not start with it.</summary>
/// <param name="setting">The setting's name, as the configuration spells it.</param>
/// <param name="problem">What is wrong with it, in a sentence.</param>
public sealed class InvalidSettingException(string setting, string problem) : Exception($"{setting}: {problem}");
