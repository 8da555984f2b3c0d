namespace Microsoft.ML.Alignment.Tests.Feedback;

public sealed class CandidateRow
{
    public string Prompt { get; set; } = "";

    public string Completion1 { get; set; } = "";

    public string Completion2 { get; set; } = "";

    public string Completion3 { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";

    public int Id { get; set; }
}

public sealed class JudgedRow
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";

    public float ChosenProbability { get; set; }

    public string Judge { get; set; } = "";

    public string JudgeVerdict { get; set; } = "";

    public string JudgeVerdictSwapped { get; set; } = "";

    public long JudgeTokens { get; set; }

    public int Id { get; set; }
}
