namespace Microsoft.ML.Alignment.Tests.Pipeline;

public class MissingColumnTests
{
    [Fact]
    public void RowsOfAnotherMethodAreToldTheirMethods()
    {
        var ml = new MLContext();
        var align = ml.Alignment();
        var unpaired = ml.Data.LoadFromEnumerable([new Unpaired { Prompt = "a", Completion = "b", Label = true }]);
        var pairs = AlignedChain.ViewOfPairs(ml);
        var dpo = align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Dpo());
        var kto = align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Kto());

        dpo.Invoking(p => p.Fit(unpaired)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Could not find chosen column 'Chosen'; the data has *'Prompt', 'Completion', 'Label'*Kto and Bco train on such labelled completions*");
        kto.Invoking(p => p.Fit(pairs)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Could not find*'Prompt', 'Chosen', 'Rejected'*Dpo, Ipo, SimPo, Cpo, Orpo and RewardModel train on such pairs*");
    }

    private sealed class Unpaired
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";

        public bool Label { get; set; }
    }
}
