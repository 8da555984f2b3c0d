using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Chooses the float32 matrix kernel by measuring both on one shape: the shortest time in alternating rounds, and the error.
/// </summary>
internal static unsafe class MatrixKernelTrial
{
    private const int Rows = 192, Inner = 512, Columns = 512;

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
        var busy = trial.Race.IsSure ? "" : "; unsure, the machine was busy";
        lastTrial = $" (trial: MKL {trial.Race.First:F2} ms, oneDNN {trial.Race.Second:F2} ms, error {trial.Error:E0}{busy})";
        var isExact = trial.Error < LargestError;
        if (wanted == MatrixKernel.OneDnn && !isExact)
            throw new NotSupportedException($"oneDNN's relative error is {trial.Error:E1} here: it rounds to bfloat16. Use Auto or Mkl.");

        var isFaster = trial.Race.IsSecondFaster(LeastGain);
        var chosen = wanted == MatrixKernel.OneDnn || (isExact && isFaster) ? MatrixKernel.OneDnn : MatrixKernel.Mkl;
        TrySwitch(chosen);
        return chosen;
    }

    /// <summary>What the trial measured, in brackets; empty if none was made.</summary>
    public static string Describe() => lastTrial ?? "";

    /// <summary>Whether bfloat16 products are at least 1.2 times as fast as float32 ones, and whether the measurement was sure.</summary>
    public static (bool IsFast, bool IsSure) CompareBFloat16()
    {
        using var trial = new Trial();
        var race = KernelRace.Run(() => trial.Time(ScalarType.Float32), () => trial.Time(ScalarType.BFloat16));
        return (race.IsSecondFaster(LeastBFloat16Gain), race.IsSure);
    }

    private static (KernelRace Race, double Error) Compare()
    {
        using var trial = new Trial();
        TrySwitch(MatrixKernel.OneDnn);
        var error = trial.Error();
        var race = KernelRace.Run(() => Time(MatrixKernel.Mkl), () => Time(MatrixKernel.OneDnn));
        return (race, error);

        double Time(MatrixKernel kernel)
        {
            TrySwitch(kernel);
            return trial.Time(ScalarType.Float32);
        }
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

    /// <summary>One product of fixed random matrices.</summary>
    private sealed class Trial : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly Tensor _left, _right, _narrowLeft, _narrowRight, _exact;
        private readonly bool _worksAlone = get_num_threads() == 1;

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
            var start = ThreadClock.Milliseconds(_worksAlone);
            using var product = nn.functional.linear(x, w);
            return ThreadClock.Milliseconds(_worksAlone) - start;
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
