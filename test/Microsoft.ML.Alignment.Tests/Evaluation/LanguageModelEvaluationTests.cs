using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Evaluation;

public sealed class LanguageModelEvaluationTests : IDisposable
{
    private const double LogitTolerance = 1e-4;

    private static readonly (string Prompt, string Completion)[] Texts =
    [
        ("Once upon a time, there was a", " little girl named Lily."),
        ("The dog", " ran."),
        ("One day, Tom and his mom went to", " the park to see the big, red birds."),
    ];

    private readonly LanguageModel _model = PretrainedModel.Load(Golden.Shared("models/stories260K"));
    private readonly IDataView _rows = new MLContext().Data.LoadFromEnumerable(Texts.Select(t => new Row { Prompt = t.Prompt, Completion = t.Completion }));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void CompletionsAreScoredAsOneByOneInDouble()
    {
        var scores = _model.ScoreCompletions(_rows);
        foreach (var (score, text) in scores.Zip(Texts))
        {
            var (prompt, completion) = Encode(text);
            var logProbs = LogProbs(_model, [.. prompt, .. completion]);
            var expected = completion.Select((id, i) => logProbs[prompt.Length + i - 1][id]).Sum();
            score.TokenCount.Should().Be(completion.Length);
            score.Sum.Should().BeApproximately(expected, LogitTolerance * completion.Length);
            score.Mean.Should().Be(score.Sum / completion.Length);
        }
    }

    [Fact]
    public void DivergenceIsThatOfTheWholeDistributions()
    {
        using var other = Perturbed();
        var divergences = _model.KlDivergence(other, _rows);
        foreach (var (divergence, text) in divergences.Zip(Texts))
        {
            var (prompt, completion) = Encode(text);
            var (p, q) = (LogProbs(_model, [.. prompt, .. completion]), LogProbs(other, [.. prompt, .. completion]));
            var expected = Enumerable.Range(prompt.Length - 1, completion.Length).Sum(row => p[row].Zip(q[row]).Sum(v => Math.Exp(v.First) * (v.First - v.Second)));
            expected.Should().BePositive();
            divergence.Should().BeApproximately(expected, LogitTolerance * completion.Length);
        }
    }

    [Fact]
    public void DivergenceFromItselfIsZero() => _model.KlDivergence(_model, _rows).Should().OnlyContain(value => value == 0);

    [Fact]
    public void AMissingColumnIsNamed()
    {
        var score = () => _model.ScoreCompletions(_rows, new() { CompletionColumnName = "Answer" });
        score.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'Answer'*");
    }

    [Fact]
    public void ReferencesOfAnotherVocabularyAreRefused()
    {
        using var other = TestModels.Tiny();
        var measure = () => _model.KlDivergence(other, _rows);
        measure.Should().Throw<ArgumentException>().WithMessage("*37*512*");
    }

    private LanguageModel Perturbed()
    {
        var copy = _model.TrainableCopy();
        using var noGradients = torch.no_grad();
        foreach (var parameter in copy.TrainableParameters)
            parameter.mul_(1.05f);
        return copy;
    }

    private (int[] Prompt, int[] Completion) Encode((string Prompt, string Completion) text)
    {
        var prompt = _model.Tokenizer.EncodeWithSpecialTokens(text.Prompt);
        var whole = _model.Tokenizer.EncodeWithSpecialTokens(text.Prompt + text.Completion);
        whole[..prompt.Length].Should().Equal(prompt, "no token crosses the boundary");
        return (prompt, [.. whole[prompt.Length..], _model.Config.EosTokenIds[0]]);
    }

    private static double[][] LogProbs(LanguageModel model, int[] ids)
    {
        var logits = TestModels.Logits(model, PackedSequences.Of([ids]));
        return [.. logits.Chunk(logits.Length / ids.Length).Select(LogSoftmax)];
    }

    private static double[] LogSoftmax(float[] logits)
    {
        var largest = (double)logits.Max();
        var normalizer = largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
        return [.. logits.Select(logit => logit - normalizer)];
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }
}
