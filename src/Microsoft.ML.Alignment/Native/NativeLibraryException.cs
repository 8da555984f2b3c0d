namespace Microsoft.ML.Alignment;

/// <summary>The native library of TorchSharp could not be loaded; the message says what is missing and what to do.</summary>
public sealed class NativeLibraryException : DllNotFoundException
{
    /// <summary>Creates the exception.</summary>
    public NativeLibraryException()
    {
    }

    /// <summary>Creates the exception with what is missing and what to do.</summary>
    public NativeLibraryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what is missing and what to do, and what the system said.</summary>
    public NativeLibraryException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
