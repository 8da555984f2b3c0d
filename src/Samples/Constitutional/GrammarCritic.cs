using System.Text.RegularExpressions;
using Samples.Rlaif;

namespace Samples.Constitutional;

/// <summary>Criticises and rewrites responses about past forms by rules, from nothing but the message that a model would get.</summary>
internal static class GrammarCritic
{
    private const string NoFault = "Nothing to mend: ";

    /// <summary>Says what is wrong with the response by the principle, or that nothing is as far as spelling tells.</summary>
    public static string Criticise(FencedQuestion question) => LookAt(question) switch
    {
        null => NoFault + "the rules do not understand what is asked, or the response has no word.",
        (null, var why) => NoFault + why,
        (_, var why) => why,
    };

    /// <summary>The response with another form where the critique found a fault, else as it is.</summary>
    public static string Revise(FencedQuestion question)
    {
        var response = question.Texts["response"];
        if (question.Texts["critique"].StartsWith(NoFault, StringComparison.Ordinal) || LookAt(question) is not ({ } better, _))
            return response;
        var form = Form(question)!.Form;
        return new Regex($@"\b{Regex.Escape(form)}\b", RegexOptions.IgnoreCase | RegexOptions.RightToLeft).Replace(response, better, 1);
    }

    private static (string? Better, string Why)? LookAt(FencedQuestion question) =>
        GrammarRequest.Read(question.Asked) is { } request && Form(question) is { } form ? request.LookAt(form) : null;

    private static VerbForm? Form(FencedQuestion question) => VerbForm.Find(question.Texts["prompt"], question.Texts["response"]);
}
