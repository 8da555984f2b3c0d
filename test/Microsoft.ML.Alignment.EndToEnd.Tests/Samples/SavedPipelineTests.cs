using System.Text;
using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples.Serving;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class SavedPipelineTests
{
    [Theory]
    [InlineData("Dear diary", "no zip (10 bytes)")]
    [InlineData("GGUF and more", "a GGUF file*--model")]
    [InlineData("PK\u0003\u0004 and the rest is lost", "a zip that was cut short or damaged")]
    [InlineData("", "empty")]
    public void WhatIsThereAndWhatIsWantedIsSaid(string content, string found)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["file"], Encoding.ASCII.GetBytes(content));
        FluentActions.Invoking(() => SavedPipeline.At(folder["file"])).Should().Throw<UsageException>()
            .WithMessage($"'{folder["file"]}'*{found}*Give the zip that a run saved*");
    }

    [Fact]
    public void AFolderIsNoFile()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => SavedPipeline.At(folder.Path)).Should().Throw<UsageException>().WithMessage("*is a folder*");
    }
}
