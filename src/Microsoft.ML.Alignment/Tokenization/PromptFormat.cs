namespace Microsoft.ML.Alignment;

/// <summary>How the text of a prompt column is read.</summary>
public enum PromptFormat
{
    /// <summary>As the column says; without an annotation, a user's turn if the model has a chat template, else text.</summary>
    FromColumn,
    /// <summary>Plain text, continued as it stands.</summary>
    Text,
    /// <summary>The text of one user turn, rendered with the model's chat template.</summary>
    UserTurn,
    /// <summary>A conversation as JSON: <c>[{"role": …, "content": …}]</c>.</summary>
    Messages,
}
