namespace Microsoft.ML.Alignment;

/// <summary>A chat template cannot be read, or refuses or fails to render a conversation.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>The template cannot be read or fails.</summary>
    internal ChatTemplateException(string problem, int line)
        : base($"Chat template, line {line}: {problem}")
    {
        Line = line;
    }

    /// <summary>The template says itself what is wrong.</summary>
    internal ChatTemplateException(string raised, int line, bool isRaisedByTemplate)
        : base(raised)
    {
        Line = line;
        IsRaisedByTemplate = isRaisedByTemplate;
    }

    /// <summary>Gets the line of the template, counted from 1.</summary>
    public int Line { get; }

    /// <summary>Gets whether the template itself refused the conversation (<c>raise_exception</c>); the message then is its own.</summary>
    public bool IsRaisedByTemplate { get; }
}
