using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A recorded loss of TRL's DPO trainer, and the options of ours that mean the same.</summary>
internal sealed class TrlDpo
{
    private readonly JsonElement _options;

    public TrlDpo(string file, int entry)
    {
        Recorded = JsonDocument.Parse(Golden.Text($"losses/{file}")).RootElement.GetProperty("dpo")[entry];
        _options = Recorded.GetProperty("options");
        var terms = Names().Zip(Weights(), (name, weight) => (name, weight)).ToArray();
        SftWeight = terms.Where(term => term.name == "sft").Sum(term => term.weight);
        Loss = Wrapped([.. terms.Where(term => term.name != "sft")]);
    }

    public JsonElement Recorded { get; }

    public double Beta => Number("beta", 0.1);

    public double SftWeight { get; }

    /// <summary>Gets the loss of pairs; null where the recorded one is the SFT term alone.</summary>
    public PairLoss? Loss { get; }

    private PairLoss? Wrapped((string Name, double Weight)[] terms)
    {
        if (terms.Length == 0)
            return null;
        var loss = terms.Length == 1
            ? Of(terms[0].Name)
            : new PairLoss.Mixture { Terms = [.. terms.Select(term => new PairLoss.WeightedLoss(term.Weight, Of(term.Name)))] };
        if (Has("ld_alpha"))
            loss = new PairLoss.LdDpo { Alpha = Number("ld_alpha", 1), Loss = loss };
        return Has("use_weighting") ? new PairLoss.Wpo { Loss = loss } : loss;
    }

    private PairLoss Of(string name) => name switch
    {
        "sigmoid" => new PairLoss.Sigmoid { Divergence = Divergence },
        "robust" => new PairLoss.Robust { LabelSmoothing = Smoothing, Divergence = Divergence },
        "hinge" => new PairLoss.Hinge { Divergence = Divergence },
        "ipo" => new PairLoss.Ipo { Divergence = Divergence },
        "exo_pair" => new PairLoss.Exo { LabelSmoothing = Smoothing, Divergence = Divergence },
        "discopop" => new PairLoss.DiscoPop { Divergence = Divergence },
        "sigmoid_norm" => new PairLoss.LengthNormalized { Divergence = Divergence },
        "nca_pair" => new PairLoss.Nca(),
        "bco_pair" => new PairLoss.BcoPair(),
        "sppo_hard" => new PairLoss.Sppo(),
        "aot" => new PairLoss.Aot { LabelSmoothing = Smoothing },
        "aot_unpaired" => new PairLoss.AotUnpaired { LabelSmoothing = Smoothing },
        "apo_zero" => new PairLoss.ApoZero(),
        "apo_down" => new PairLoss.ApoDown(),
        _ => throw new ArgumentException($"TRL has no loss '{name}'.", nameof(name)),
    };

    private FDivergence Divergence => (Has("f_divergence_type") ? _options.GetProperty("f_divergence_type").GetString() : "reverse_kl") switch
    {
        "reverse_kl" => new FDivergence.ReverseKl(),
        "forward_kl" => new FDivergence.ForwardKl(),
        "js_divergence" => new FDivergence.JensenShannon(),
        "alpha_divergence" => new FDivergence.Alpha { Order = Number("f_alpha_divergence_coef", 0.5) },
        var other => throw new ArgumentException($"TRL has no divergence '{other}'."),
    };

    private double Smoothing => Number("label_smoothing", 0);

    private string[] Names() => Has("loss_type")
        ? [.. _options.GetProperty("loss_type").EnumerateArray().Select(name => name.GetString()!)]
        : ["sigmoid"];

    private double[] Weights() => Has("loss_weights")
        ? [.. _options.GetProperty("loss_weights").EnumerateArray().Select(weight => weight.GetDouble())]
        : [.. Names().Select(_ => 1d)];

    private bool Has(string name) => _options.TryGetProperty(name, out _);

    private double Number(string name, double otherwise) => _options.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
}
