namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>A row to ask with.</summary>
public sealed class Question
{
    public string Prompt { get; set; } = "";
}

/// <summary>What a policy answers.</summary>
public sealed class Answer
{
    public string GeneratedCompletion { get; set; } = "";
}

/// <summary>A row to imitate.</summary>
public sealed class Instruction
{
    public string Prompt { get; set; } = "";

    public string Completion { get; set; } = "";
}

/// <summary>A row of which one completion is better.</summary>
public sealed class Preference
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";
}
