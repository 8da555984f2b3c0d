using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class PairLossOptionsTests
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static TheoryData<string> Names => [.. PlainPairLoss.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void ALossComesBackFromJsonAsItWas(string name)
    {
        var loss = PlainPairLoss.Of(name).Loss;

        var json = JsonSerializer.Serialize(loss, Strict);

        var again = JsonSerializer.Deserialize<PairLoss>(json, Strict);

        again.Should().BeOfType(loss.GetType());
        JsonSerializer.Serialize(again, Strict).Should().Be(json);
        if (loss is PairLoss.Mixture mixture)
            again.As<PairLoss.Mixture>().Terms.Should().Equal(mixture.Terms);
        else
            again.Should().Be(loss);
    }

    [Fact]
    public void CompositionsAreWrittenByName()
    {
        const string Json = """{"$type":"LdDpo","alpha":0.25,"loss":{"$type":"Wpo","loss":{"$type":"Hinge","divergence":{"$type":"Alpha","order":0.4}}}}""";

        var loss = JsonSerializer.Deserialize<PairLoss>(Json, Strict)!;

        loss.Should().Be(new PairLoss.LdDpo
        {
            Alpha = 0.25,
            Loss = new PairLoss.Wpo { Loss = new PairLoss.Hinge { Divergence = new FDivergence.Alpha { Order = 0.4 } } },
        });
        JsonSerializer.Serialize(loss, Strict).Should().Be(Json);
    }

    [Theory]
    [InlineData("""{"$type":"sigmoidal"}""")]
    [InlineData("""{"$type":"Sigmoid","smoothing":0.1}""")]
    [InlineData("""{"$type":"Sigmoid","divergence":{"$type":"total"}}""")]
    [InlineData("""{"$type":"Hinge","labelSmoothing":0.1}""")]
    [InlineData("""{"$type":"Mixture"}""")]
    [InlineData("""{"labelSmoothing":0.1}""")]
    public void UnknownAndMissingNamesAreRefused(string json) =>
        new Action(() => JsonSerializer.Deserialize<PairLoss>(json, Strict)).Should().Throw<Exception>()
            .Which.Should().Match(e => e is JsonException || e is NotSupportedException);

    [Fact]
    public void ValuesOutsideTheirRangesAreRefused()
    {
        Refused(() => new PairLoss.Sigmoid { LabelSmoothing = 0.5 }, "*LabelSmoothing*[0, 0.5)*");
        Refused(() => new PairLoss.Exo { LabelSmoothing = 0 }, "*LabelSmoothing*above 0*");
        Refused(() => new PairLoss.DiscoPop { Temperature = 0 }, "*Temperature*above 0*");
        Refused(() => new PairLoss.LdDpo { Alpha = 1 }, "*Alpha*[0, 1)*");
        Refused(() => new FDivergence.Alpha { Order = 1 }, "*Order*[0, 1)*");
        Refused(() => new PairLoss.WeightedLoss(0, new PairLoss.Nca()), "*Weight*above 0*");
        Refused(() => new PairLoss.WeightedLoss(1, new PairLoss.Nca()) { Weight = -1 }, "*Weight*above 0*");
        Refused(() => new PairLoss.Mixture { Terms = [] }, "*Terms*at least one*");
        Refused(() => new PairLoss.Wpo { Loss = null! }, "*Loss*null*");
    }

    [Fact]
    public void WeightsOfPairsAreRefusedForALossOfRanks()
    {
        Refused(() => new PairLoss.Wpo { Loss = new PairLoss.Aot() }, "*Wpo*Aot*mix*");
        Refused(() => new PairLoss.Wpo { Loss = new PairLoss.Mixture { Terms = [new(1, new PairLoss.Nca()), new(1, new PairLoss.AotUnpaired())] } }, "*Wpo*mix*");
    }

    private static void Refused(Func<object> create, string message) => create.Should().Throw<ArgumentException>().WithMessage(message);
}
