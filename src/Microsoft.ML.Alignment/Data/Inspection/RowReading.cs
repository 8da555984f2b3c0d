using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data.Inspection;

/// <summary>How a model's trainers read rows.</summary>
/// <param name="Tokenizer">The model's tokenizer.</param>
/// <param name="Encoder">Renders and encodes prompts and completions.</param>
/// <param name="Format">What the encoder takes prompts for.</param>
/// <param name="Options">Maximum length and the token that stays in front.</param>
/// <param name="EndTokenIds">Ids that end a completion.</param>
internal sealed record RowReading(
    ModelTokenizer Tokenizer, PromptEncoder Encoder, PromptFormat Format, ReadOptions Options, IReadOnlyList<int> EndTokenIds);
