namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>A stage's place in its run; other runs stay out of the workspace until it is disposed.</summary>
/// <param name="Index">Its number, from 1.</param>
/// <param name="Folder">Its folder; null without a workspace.</param>
/// <param name="Hold">What keeps others out; null without a workspace.</param>
/// <param name="Abandon">Is called where the stage was not fitted.</param>
internal sealed record WorkspacePlace(int Index, string? Folder, IDisposable? Hold, Action Abandon) : IDisposable
{
    private bool _fitted;

    /// <summary>Says that the stage was fitted.</summary>
    public void Fitted() => _fitted = true;

    public void Dispose()
    {
        Hold?.Dispose();
        if (!_fitted)
            Abandon();
    }
}
