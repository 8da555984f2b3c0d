using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>Every piece of C# in README.md and docs compiles, with what its text speaks of at hand.</summary>
public sealed partial class SnippetTests
{
    private const string Usings = """
        using System; using System.Collections.Concurrent; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
        using Microsoft.Extensions.AI; using Microsoft.Extensions.AI.Evaluation; using Microsoft.Extensions.DependencyInjection; using Microsoft.Extensions.Logging;
        using Microsoft.ML; using Microsoft.ML.Alignment; using Microsoft.ML.Data;
        using static Known; using Types;

        """;

    // What the text around a snippet introduces. A snippet's own variables hide these.
    private const string AtHand = """

        static class Known
        {
            public static MLContext ml; public static AlignmentCatalog align;
            public static IDataView pairs, prompts, answers, instructions, dialogues, heldOut, judged, checkRows, reviews, scored, pairsWithLabel;
            public static ITransformer model, classifier, rewardModel; public static TransformerChain<PolicyTransformer> aligned;
            public static EstimatorChain<PolicyTransformer> pipeline; public static PolicyTransformer sft, dpo;
            public static LanguageModel policy, before; public static IChatClient client; public static IPreferenceJudge judge; public static Constitution constitution;
            public static FeedbackSession session; public static IReadOnlyList<RubricPoint> points; public static IList<ChatMessage> messages;
            public static IRewardFunction right; public static string path, answerBefore; public static ILoggerFactory loggerFactory;
            public static IProgress<TrainingProgress> progress; public static CancellationToken stop, cancellationToken;
            public static WebApplicationBuilder builder; public static WebApplication app;
            public static IEnumerable<Dialogue> rows; public static IEnumerable<Question> questions;
            public static Task<double?> AskAsync(string prompt, string completion, CancellationToken cancel) => throw new NotSupportedException();
        }

        class WebApplicationBuilder { public IServiceCollection Services => throw new NotSupportedException(); }
        class WebApplication { public void MapPost(string route, Delegate answer) => throw new NotSupportedException(); }

        namespace Types
        {
            class Question { public string Prompt { get; set; } }
            class Answer { public string GeneratedCompletion { get; set; } }
            record Dialogue(IList<ChatMessage> Prompt, IList<ChatMessage> Chosen, string Rejected);
        }
        """;

    private static readonly string[] Pages =
        [Path.Combine(Repository.Root, "README.md"), .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Order()];

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string, int, string> Snippets()
    {
        var all = new TheoryData<string, int, string>();
        foreach (var page in Pages)
        {
            var text = File.ReadAllText(page);
            foreach (Match match in Snippet().Matches(text))
                all.Add(Path.GetRelativePath(Repository.Root, page), text.AsSpan(0, match.Index).Count('\n') + 1, match.Groups["code"].Value);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void CompilesAsItStands(string page, int line, string code)
    {
        var tree = CSharpSyntaxTree.ParseText(Usings + code + AtHand);
        var compilation = CSharpCompilation.Create("Snippet", [tree], References, new(OutputKind.ConsoleApplication));

        compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error).Should().BeEmpty($"{page}, line {line}, is code:\n{code}");
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Snippet();
}
