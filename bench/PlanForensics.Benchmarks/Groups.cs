namespace PlanForensics.Benchmarks;

/// <summary>The groups that a command line names.</summary>
internal static class Groups
{
    /// <summary>Those of some groups that are wanted: all where the options name none.</summary>
    /// <param name="mode">The mode, for the message.</param>
    /// <param name="all">The groups by name.</param>
    /// <param name="options">The options; those with a dash are no names.</param>
    /// <returns>The wanted groups, in the order of all; null where a name is no group's, which is told and makes the exit status 2.</returns>
    public static IEnumerable<T>? Select<T>(string mode, IReadOnlyList<(string Name, T Group)> all, string[] options)
    {
        string[] wanted = [.. options.Where(option => !option.StartsWith('-'))];
        string[] unknown = [.. wanted.Except(all.Select(group => group.Name)), .. options.Where(option => option.StartsWith('-') && option != "--json")];
        if (unknown.Length == 0)
            return all.Where(group => wanted.Length == 0 || wanted.Contains(group.Name)).Select(group => group.Group);
        Console.Error.WriteLine($"{mode}: nothing is named \"{unknown[0]}\"; expected --json or some of {string.Join(", ", all.Select(group => group.Name))}, or no name for all");
        Environment.ExitCode = 2;
        return null;
    }
}
