using System.Diagnostics.Metrics;
using Microsoft.ML.Alignment.Observing.Metrics;
using static Microsoft.ML.Alignment.Tests.Observing.Metrics.MetricsFileTests;

namespace Microsoft.ML.Alignment.Tests.Observing.Metrics;

public sealed class TrainingMeterTests
{
    [Fact]
    public void AListenerHearsStepsTokensAndMetrics()
    {
        var stage = Guid.NewGuid().ToString(); // other tests train meanwhile
        var heard = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Microsoft.ML.Alignment")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.Start();

        TrainingMeter.Step(stage, tokens: 70, TimeSpan.FromSeconds(0.5));
        TrainingMeter.Tell(stage, Step(2, ("loss", 0.25)));
        TrainingMeter.Tell(stage, Evaluated(2, ("loss", 0.5)));

        heard.Should().Equal(
            "alignment.training.steps 1 ",
            "alignment.training.tokens 70 ",
            "alignment.training.step.duration 0.5 ",
            "alignment.training.metric 0.25 loss training",
            "alignment.training.metric 0.5 loss validation");

        void Hear(Instrument instrument, IFormattable value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var ofStage = tags.ToArray();
            if (Equals(ofStage[0].Value, stage))
                heard.Add($"{instrument.Name} {value.ToString(null, System.Globalization.CultureInfo.InvariantCulture)} {string.Join(' ', ofStage.Skip(1).Select(tag => tag.Value))}");
        }
    }
}
