using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>
/// Nothing in a step assumes where a model lives: with the plain twins of all kernels every method gives what it gives with the kernels, and
/// every method steps on a device that has no numbers to read.
/// </summary>
public sealed class DeviceStepTests
{
    private static readonly Device Meta = new("meta");

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var method in RanksTests.Methods.Keys)
            {
                cases.Add(method, false);
                cases.Add(method, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void PlainTwinsGiveTheLossMetricsAndGradientsOfTheKernels(string method, bool hasAdapter)
    {
        using var scope = NewDisposeScope();
        var kernels = Run(method, CPU, hasAdapter, Numbers);
        (StepSummary Summary, float[][] Gradients)? twins = null;
        PlainKernels.Run(() => twins = Run(method, CPU, hasAdapter, Numbers));

        Near.Relative(twins!.Value.Summary.Loss, kernels.Summary.Loss, 1e-5, "loss");
        foreach (var (name, value) in kernels.Summary.Metrics)
            Near.Relative(twins.Value.Summary.Metrics[name], value, 1e-4, name);
        kernels.Gradients.Should().NotBeEmpty();
        foreach (var (actual, expected) in twins.Value.Gradients.Zip(kernels.Gradients))
            TestModels.Difference(actual, expected).Should().BeLessThan(1e-5 * Math.Max(1, expected.Max(Math.Abs)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AStepReadsNoNumberOfTheDevice(string method, bool hasAdapter)
    {
        using var scope = NewDisposeScope();
        var devices = Run(method, Meta, hasAdapter, (results, parameters) => results
            .SelectMany(result => result.Metrics.Select(metric => metric.Value.device_type).Append(result.Loss.device_type))
            .Concat(parameters.Select(parameter => parameter.grad).OfType<Tensor>().Select(gradient => gradient.device_type)).ToArray());
        devices.Should().NotBeEmpty().And.OnlyContain(type => type == Meta.type);
    }

    [Theory]
    [InlineData(false, Precision.Float32)]
    [InlineData(true, Precision.Float32)]
    [InlineData(false, Precision.BFloat16)]
    [InlineData(true, Precision.BFloat16)]
    public void APassAndItsGradientsFollowTheDevice(bool hasAdapter, Precision precision)
    {
        using var scope = NewDisposeScope();
        using var incoming = TestModels.Tiny(1).MovedTo(Meta);
        using var policy = hasAdapter
            ? incoming.With([LoraAdapter.Create(incoming, new() { Dropout = 0.1 }, "lora", 3)], null) : incoming.TrainableCopy();
        var (rows, targets) = PackedExamples.Of([1, 7, 30, 4], [8, 21, 2], [9, 3, 2]);
        using var statistics = new HeadStatistics();
        var pass = policy.Forward(rows, new ForwardOptions(precision, Dropout: true));
        var read = pass.At(targets, temperature: 0.7);
        var (logProbs, entropy) = read.LogProbsAndEntropy();
        var values = pass.Values(ScalarHead.Create(policy.Config.HiddenSize, 4, Meta), targets.Rows);
        Tensor[] results = [logProbs, entropy, values, read.LogProbs(statistics), read.LogCollision(), read.Sequences().Sum, statistics.LogProbs!];
        results.Take(4).Select(result => result.sum()).Aggregate((a, b) => a + b).backward();
        BackwardPass.ThrowIfFailed();
        results.Concat(policy.TrainableParameters.Select(parameter => parameter.grad!)).Should().OnlyContain(result => result.device_type == Meta.type);
        policy.Device.type.Should().Be(Meta.type);
    }

    private static (StepSummary Summary, float[][] Gradients) Numbers(
        StepResult[] results, IReadOnlyList<TorchSharp.Modules.Parameter> parameters) =>
        (StepSummary.Read(results, 0), [.. parameters.Select(parameter => parameter.grad?.data<float>().ToArray() ?? [0])]);

    private static T Run<T>(
        string method, Device device, bool hasAdapter, Func<StepResult[], IReadOnlyList<TorchSharp.Modules.Parameter>, T> read)
    {
        using var incoming = TestModels.Tiny(1).MovedTo(device);
        using var reference = TestModels.Tiny(2).MovedTo(device);
        using var trains = hasAdapter
            ? incoming.With([LoraAdapter.Create(incoming, new() { Dropout = 0 }, "lora", 3)], null) : incoming.TrainableCopy();
        using var policy = trains.With(trains.Adapters, ScalarHead.Create(trains.Config.HiddenSize, 4, device).Weight);
        var results = RanksTests.Methods[method](policy, reference).Step(([[0, 1], [2, 3, 4]], Alone.Instance));
        return read(results, policy.TrainableParameters);
    }
}
