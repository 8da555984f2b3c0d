using Microsoft.ML.Alignment.Training;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Where a run computes.</summary>
public sealed class RunDeviceTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("CUDA")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("meta")]
    [InlineData("")]
    public void AnUnknownNameIsRefusedWhenItIsAssigned(string name)
    {
        var act = () => new AlignmentRun { Device = name };
        act.Should().Throw<ArgumentException>().WithMessage($"*'{name}'*cpu, cuda, cuda:0*mps*");
    }

    [Fact]
    public void TheDefaultIsTheProcessor()
    {
        new AlignmentRun().Device.Should().Be("cpu");
        RunDevice.Of(new AlignmentRun()).type.Should().Be(DeviceType.CPU);
    }

    [Theory]
    [InlineData("cuda", 0, "*TorchSharp-cuda-*in place of TorchSharp-cpu*NVIDIA*cpu*")]
    [InlineData("cuda:2", 2, "*there are 2, cuda:0 to cuda:1*")]
    [InlineData("mps", 0, "*Mac*cpu*")]
    public void ADeviceThatIsNotThereIsRefusedWithTheCure(string name, int cudaDevices, string message)
    {
        var act = () => RunDevice.Of(name, () => cudaDevices, () => false);
        act.Should().Throw<NotSupportedException>().WithMessage($"*'{name}'{message}");
    }

    [Fact]
    public void TheCatalogRefusesItBeforeAnythingIsComposed()
    {
        if (torch.cuda.is_available())
            return;
        var act = () => new MLContext(1).Alignment(new AlignmentRun { Device = "cuda" });
        act.Should().Throw<NotSupportedException>().WithMessage("*TorchSharp-cuda-*");
    }

    [Fact]
    public void AModelThatMovesTakesItsAdaptersAndSavesWhatItWas()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([Alignment.Adapters.LoraAdapter.Create(model, new(), "lora", 1)], null);
        using var moved = adapted.On(new("meta"));
        moved.AdapterNames.Should().Equal("lora");
        moved.TrainableParameters.Should().OnlyContain(parameter => parameter.device_type == DeviceType.META);
        moved.WeightsHash.Should().Be(model.WeightsHash, "frozen weights are saved as they came");
        using var same = adapted.On(torch.CPU);
        same.BaseIdentity.Should().BeSameAs(adapted.BaseIdentity);
    }
}
