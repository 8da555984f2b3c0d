global using FluentAssertions;
global using Microsoft.ML.Alignment.Tests.Support;
global using TorchSharp;
global using Xunit;
