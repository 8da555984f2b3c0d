namespace Samples.Serving;

/// <summary>What goes into a saved pipeline.</summary>
internal sealed class Question
{
    public string Prompt { get; set; } = "";
}

/// <summary>What comes out of it.</summary>
internal sealed class Answer
{
    public string GeneratedCompletion { get; set; } = "";
}
