using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>How a stage hands its model to the next one: as an annotation on its first output column.</summary>
internal static class AlignmentSchema
{
    public const string PolicyKind = "Alignment.Policy";
    public const string RewardModelKind = "Alignment.RewardModel";

    private static readonly DataViewType[] NumberTypes =
        [NumberDataViewType.Single, NumberDataViewType.Double, NumberDataViewType.Int32, BooleanDataViewType.Instance];

    /// <summary>The annotation of a fitted stage's first column. The model stays its owner's.</summary>
    public static DataViewSchema.Annotations Annotation(string kind, LanguageModel model)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(kind, LanguageModelDataViewType.Instance, (ref LanguageModel destination) => destination = model);
        return builder.ToAnnotations();
    }

    /// <summary>The model that the nearest stage upstream carries; borrowed. No row is read.</summary>
    public static LanguageModel? Find(DataViewSchema schema, string kind)
    {
        foreach (var column in schema.Reverse().Where(c => !c.IsHidden))
        {
            if (column.Annotations.Schema.GetColumnOrNull(kind)?.Type is not LanguageModelDataViewType)
                continue;
            LanguageModel model = null!;
            column.Annotations.GetValue(kind, ref model);
            return model;
        }

        return null;
    }

    /// <summary>The policy that a trainer starts from; borrowed.</summary>
    /// <exception cref="ArgumentException">No column has one; the message names the cure.</exception>
    public static LanguageModel RequirePolicy(DataViewSchema schema, string method) =>
        Find(schema, PolicyKind) ?? throw NoPolicy(method, "lost it: the types it declared are not those it delivers");

    /// <summary>The same check before anything is fitted.</summary>
    /// <exception cref="ArgumentException">No column will have one.</exception>
    public static void CheckPolicy(SchemaShape shape, string method)
    {
        var wanted = AnnotationShape(PolicyKind);
        if (!shape.Any(c => c.Annotations.TryFindColumn(PolicyKind, out var found) && wanted.IsCompatibleWith(found)))
            throw NoPolicy(method, "is not there, or its Policy column was dropped or converted");
    }

    /// <summary>Whether a column will carry a reward model.</summary>
    public static bool HasRewardModel(SchemaShape shape)
    {
        var wanted = AnnotationShape(RewardModelKind);
        return shape.Any(c => c.Annotations.TryFindColumn(RewardModelKind, out var found) && wanted.IsCompatibleWith(found));
    }

    /// <summary>Asks for a reward model before anything is fitted.</summary>
    /// <exception cref="ArgumentException">No column will have one; the message names the cure.</exception>
    public static void CheckRewardModel(SchemaShape shape, string method)
    {
        if (!HasRewardModel(shape))
            throw new ArgumentException(
                $"{method} has nothing to reward completions by: no stage upstream carries a reward model, and Rewards of its options is empty. " +
                "Append RewardModel() before it and keep the column 'RewardModel' on the way, or set Rewards.");
    }

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is not text.</exception>
    public static void CheckText(IExceptionContext context, SchemaShape shape, string role, string name)
    {
        if (!shape.TryFindColumn(name, out var column))
            throw MissingColumn.Of(shape, role, name);
        if (!TextShape(name).IsCompatibleWith(column))
            throw context.ExceptSchemaMismatch("inputSchema", role, name, "String", column.GetTypeString());
    }

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is no number.</exception>
    public static void CheckNumber(IExceptionContext context, SchemaShape shape, string role, string name) =>
        CheckType(context, shape, (role, name), NumberTypes);

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is not Boolean.</exception>
    public static void CheckFlag(IExceptionContext context, SchemaShape shape, string role, string name) =>
        CheckType(context, shape, (role, name), BooleanDataViewType.Instance);

    /// <summary>The shape of a schema, as estimators see it when a pipeline is composed.</summary>
    public static SchemaShape ShapeOf(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>How the prompts of a column are read: as the option says, else as the column says, else as the model is used to.</summary>
    public static PromptFormat ResolveFormat(PromptFormat wanted, DataViewSchema schema, string promptColumn, LanguageModel model) =>
        TextFormat.Resolve(wanted, schema, promptColumn, model.ChatTemplate is not null);

    public static bool HasText(SchemaShape shape, string name) =>
        shape.TryFindColumn(name, out var column) && TextShape(name).IsCompatibleWith(column);

    public static bool HasText(DataViewSchema schema, string name) => schema.GetColumnOrNull(name)?.Type is TextDataViewType;

    /// <summary>The shape that a stage promises: the input's columns and its own.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="kind">Annotation of the first output column; null where it has none.</param>
    /// <param name="outputs">The stage's columns.</param>
    public static SchemaShape Append(SchemaShape input, string? kind, IEnumerable<ScoreColumn> outputs)
    {
        var columns = input.ToDictionary(c => c.Name);
        foreach (var (output, index) in outputs.Select((o, i) => (o, i)))
        {
            var annotations = index == 0 && kind is not null ? new SchemaShape([AnnotationShape(kind)]) : null;
            columns[output.Name] = new SchemaShape.Column(output.Name, SchemaShape.Column.VectorKind.Scalar, output.Type, false, annotations);
        }

        return new SchemaShape(columns.Values);
    }

    private static void CheckType(
        IExceptionContext context, SchemaShape shape, (string Role, string Name) wanted, params DataViewType[] allowed)
    {
        if (!shape.TryFindColumn(wanted.Name, out var column))
            throw MissingColumn.Of(shape, wanted.Role, wanted.Name);
        if (!allowed.Any(type => new SchemaShape.Column(wanted.Name, SchemaShape.Column.VectorKind.Scalar, type, false).IsCompatibleWith(column)))
            throw context.ExceptSchemaMismatch(
                "inputSchema", wanted.Role, wanted.Name, string.Join(", ", allowed.Select(t => t.ToString())), column.GetTypeString());
    }

    private static SchemaShape.Column TextShape(string name) =>
        new(name, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);

    private static SchemaShape.Column AnnotationShape(string kind) =>
        new(kind, SchemaShape.Column.VectorKind.Scalar, LanguageModelDataViewType.Instance, false);

    private static ArgumentException NoPolicy(string method, string reason) => new(
        $"{method} has no model to start from: the stage that carries one {reason}. Begin the pipeline with BaseModel(path), or set " +
        "InitialModel in the trainer's options, and keep the column 'Policy' on the way (SelectColumns, DropColumns, type conversions " +
        "of that column and LoadFromEnumerable lose it).");
}
