using Microsoft.ML.Alignment.Formats.GgufExport;

namespace Microsoft.ML.Alignment.Tests.Formats.GgufExport;

public sealed class OllamaModelfileTests
{
    [SharedFact]
    public void TurnsOfTheTemplateAreInOllamasLanguageAndEveryEndTokenStops()
    {
        using var model = SayableFamily.Load("qwen2");
        OllamaModelfile.Of(model, "x.gguf").ReplaceLineEndings("\n").Should().Be(""""
            FROM ./x.gguf
            TEMPLATE """{{ if .System }}<start>system
            {{ .System }}<end>
            {{ else }}{{ end }}{{ range .Messages }}{{ if eq .Role "user" }}<start>user
            {{ .Content }}<end>
            {{ else if eq .Role "assistant" }}<start>assistant
            {{ .Content }}<end>
            {{ end }}{{ end }}<start>assistant
            """
            PARAMETER stop "<end>"
            PARAMETER temperature 0

            """".ReplaceLineEndings("\n"));
    }

    [SharedTheory]
    [InlineData("{% for m in messages %}{{ loop.index }}{{ m.role }}:{{ m.content }}{% endfor %}")]
    [InlineData("{{ messages[0].content }}{{ raise_exception('one') if messages|length > 1 }}")]
    public void ATemplateThatIsNoRowOfTurnsIsLeftToOllama(string template)
    {
        using var model = SayableFamily.Load("qwen2", template: template);
        OllamaModelfile.Of(model, "x.gguf").Should().Contain("# The chat template is no row of turns").And.NotContain("TEMPLATE");
    }
}
