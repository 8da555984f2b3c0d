using System.Text.Json;
using Microsoft.ML.Alignment.Observing.Reports;

namespace Microsoft.ML.Alignment.Tests.Observing.Reports;

public sealed class TablesTests : IDisposable
{
    private readonly LanguageModel _model = TestModels.Tiny();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void OptionsAreRowsByPathWithTrainingAsResolved()
    {
        var training = new TrainingOptions { BatchSize = 3 }.Resolve(new(2e-4, 5), seed: 7);
        var options = JsonSerializer.SerializeToElement(new { beta = 0.1, lora = new { rank = 16, targetModules = new[] { "q_proj", "v_proj" } }, training = new { epochs = (int?)null } });

        var rows = OptionTable.Of(new("Dpo", _model, training, 10) { Options = options });

        rows.Should().Contain("beta", "0.1").And.Contain("lora.rank", "16").And.Contain("lora.targetModules", "q_proj, v_proj")
            .And.Contain("training.learningRate", "0.0002").And.Contain("training.epochs", "5").And.Contain("training.schedule", "Linear");
    }

    [Fact]
    public void DataWithoutASummaryAreTheirCounts() =>
        DataTable.Of(new(30, 0)).Should().Equal(new Dictionary<string, string> { ["trained on"] = "30" });
}
