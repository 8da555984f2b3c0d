using System.Diagnostics;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Chooses the float32 matrix kernel by measuring both on one shape: the shortest of several alternating rounds, and the error.
/// </summary>
internal static unsafe class MatrixKernelTrial
{
    private const int Rows = 192, Inner = 512, Columns = 512;
    private const int Rounds = 7;

    // A kernel that rounds its inputs to bfloat16 is off by 1e-3 and more; float32 sums of this length by 1e-6.
    private const double LargestError = 1e-5;

    // A gain below this is within the noise, and a stable choice makes runs comparable.
    private const double LeastGain = 1.03;
    private const double LeastBFloat16Gain = 1.2;

    // at::Context::setFloat32Precision(backend, operation, precision), the switch behind torch.backends.mkldnn.matmul.fp32_precision:
    // a reduced precision sends float32 products to oneDNN, which rounds only where that is faster (AMX).
    private const string ContextExport = "_ZN2at13globalContextEv";
    private const string PrecisionExport =
        "_ZN2at7Context19setFloat32PrecisionENS_14Float32BackendENS_9Float32OpENS_16Float32PrecisionE";
    private const int OneDnnBackend = 2, MatrixProduct = 3, Full = 1, BFloat16 = 3;

    private static string? lastTrial;

    /// <summary>Switches to a kernel and says which one is in force.</summary>
    /// <exception cref="NotSupportedException">oneDNN was asked for and is not there or not exact.</exception>
    public static MatrixKernel Choose(MatrixKernel wanted)
    {
        lastTrial = null;
        if (!TrySwitch(MatrixKernel.Mkl))
        {
            return wanted == MatrixKernel.OneDnn
                ? throw new NotSupportedException("The oneDNN kernel can be chosen on linux-x64 only; use Auto or Mkl.")
                : MatrixKernel.Mkl;
        }

        if (wanted == MatrixKernel.Mkl)
            return wanted;
        var trial = Compare();
        lastTrial = $" (trial: MKL {trial.Mkl.Milliseconds:F2} ms, oneDNN {trial.OneDnn.Milliseconds:F2} ms, error {trial.OneDnn.Error:E0})";
        var isExact = trial.OneDnn.Error < LargestError;
        if (wanted == MatrixKernel.OneDnn && !isExact)
            throw new NotSupportedException($"oneDNN's relative error is {trial.OneDnn.Error:E1} here: it rounds to bfloat16. Use Auto or Mkl.");

        var isFaster = trial.Mkl.Milliseconds > LeastGain * trial.OneDnn.Milliseconds;
        var chosen = wanted == MatrixKernel.OneDnn || (isExact && isFaster) ? MatrixKernel.OneDnn : MatrixKernel.Mkl;
        TrySwitch(chosen);
        return chosen;
    }

    /// <summary>What the trial measured, in brackets; empty if none was made.</summary>
    public static string Describe() => lastTrial ?? "";

    /// <summary>Whether bfloat16 products are at least 1.2 times as fast as float32 ones.</summary>
    public static bool IsBFloat16Fast()
    {
        using var trial = new Trial();
        var (wide, narrow) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            wide = Math.Min(wide, trial.Time(ScalarType.Float32));
            narrow = Math.Min(narrow, trial.Time(ScalarType.BFloat16));
        }

        return wide > LeastBFloat16Gain * narrow;
    }

    private static (Measurement Mkl, Measurement OneDnn) Compare()
    {
        using var trial = new Trial();
        var (mkl, oneDnn) = (double.MaxValue, double.MaxValue);
        double mklError = 0, oneDnnError = 0;
        for (var round = 0; round <= Rounds; round++)
        {
            TrySwitch(MatrixKernel.Mkl);
            mkl = Math.Min(mkl, trial.Time(ScalarType.Float32));
            mklError = Math.Max(mklError, round == 0 ? trial.Error() : 0);
            TrySwitch(MatrixKernel.OneDnn);
            oneDnn = Math.Min(oneDnn, trial.Time(ScalarType.Float32));
            oneDnnError = Math.Max(oneDnnError, round == 0 ? trial.Error() : 0);
        }

        return (new(mkl, mklError), new(oneDnn, oneDnnError));
    }

    private static bool TrySwitch(MatrixKernel kernel)
    {
        var getContext = NativeLibraryLoader.FindTorchExport(ContextExport);
        var setPrecision = NativeLibraryLoader.FindTorchExport(PrecisionExport);
        if (getContext == 0 || setPrecision == 0)
            return false;
        var context = ((delegate* unmanaged<nint>)getContext)();
        var precision = kernel == MatrixKernel.OneDnn ? BFloat16 : Full;
        ((delegate* unmanaged<nint, int, int, int, void>)setPrecision)(context, OneDnnBackend, MatrixProduct, precision);
        return true;
    }

    private readonly record struct Measurement(double Milliseconds, double Error);

    /// <summary>One product of fixed random matrices.</summary>
    private sealed class Trial : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly Tensor _left, _right, _narrowLeft, _narrowRight, _exact;

        public Trial()
        {
            using var noGrad = no_grad();
            using var generator = new Generator(1);
            _left = randn([Rows, Inner], ScalarType.Float32, generator: generator);
            _right = randn([Columns, Inner], ScalarType.Float32, generator: generator);
            (_narrowLeft, _narrowRight) = (_left.bfloat16(), _right.bfloat16());
            _exact = _left.to_type(ScalarType.Float64).mm(_right.to_type(ScalarType.Float64).t());
        }

        public double Time(ScalarType type)
        {
            using var noGrad = no_grad();
            var (x, w) = type == ScalarType.BFloat16 ? (_narrowLeft, _narrowRight) : (_left, _right);
            var start = Stopwatch.GetTimestamp();
            using var product = nn.functional.linear(x, w);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        /// <summary>The largest error relative to the largest entry.</summary>
        public double Error()
        {
            using var noGrad = no_grad();
            using var inner = NewDisposeScope();
            return (nn.functional.linear(_left, _right) - _exact).abs().max().item<double>() / _exact.abs().max().item<double>();
        }

        public void Dispose() => _scope.Dispose();
    }
}
