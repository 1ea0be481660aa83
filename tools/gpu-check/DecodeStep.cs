using PlanForensics.Gpu;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.GpuCheck;

/// <summary>One decode step of a Llama-shaped decoder, operator by operator as the replay engine calls them: weights stay on the device, activations come back after each operator.</summary>
internal sealed class DecodeStep
{
    private readonly CheckSizes _sizes;
    private readonly GpuOperatorKernels _kernels;
    private readonly GpuTensors _tensors;
    private readonly int _head;
    private readonly Layer[] _layers;
    private readonly WeightMatrix _top;
    private readonly float[] _ones;
    private readonly float[] _cosine;
    private readonly float[] _sine;
    private readonly NormProgram _norm;
    private readonly AttentionProgram _attention;
    private readonly Dictionary<(int, int), GemmProgram> _products = [];
    private readonly float[] _values;
    private int _used;

    public DecodeStep(GpuDevice device, CheckSizes sizes)
    {
        _sizes = sizes;
        _kernels = new GpuOperatorKernels(device);
        _tensors = new GpuTensors(device);
        _head = sizes.Hidden / sizes.Heads;
        _values = new float[Math.Max((long)sizes.Vocabulary, sizes.FeedForward) * sizes.Hidden];
        var random = new Random(3);
        for (int index = 0; index < _values.Length; index++)
            _values[index] = (random.NextSingle() - 0.5f) * 0.05f;
        _layers = [.. Enumerable.Range(0, sizes.Layers).Select(_ => new Layer(this))];
        _top = Matrix(sizes.Vocabulary, sizes.Hidden);
        _ones = new float[sizes.Hidden];
        Array.Fill(_ones, 1);
        _cosine = new float[_head / 2];
        _sine = new float[_head / 2];
        Array.Fill(_cosine, 1);
        _norm = (NormProgram)PlanCatalog.BlockRmsNorm(1024, NumericFormat.Fp32).Lower(new OperatorShape(1, 1, sizes.Hidden));
        _attention = (AttentionProgram)new AttentionPlan { Algorithm = AttentionAlgorithm.SplitKv, Splits = 4 }.Lower(new OperatorShape(1, sizes.Context, _head));
    }

    /// <summary>Runs the step; the greedy token is chosen on the device.</summary>
    public void Run()
    {
        float[] stream = (float[])_ones.Clone();
        var residual = new ResidualPlan();
        foreach (Layer layer in _layers)
        {
            float[] y = Norm(stream);
            float[] q = Product(layer.Q, y);
            float[] k = Product(layer.K, y);
            Product(layer.V, y);
            _kernels.Rope(new RopePlan(), interleaved: false, _cosine, _sine, q);
            _kernels.Rope(new RopePlan(), interleaved: false, _cosine, _sine, k);
            float[] attended = new float[q.Length];
            _kernels.Attention(_attention, q, layer.Cache, attended);
            _kernels.Add(residual, stream, Product(layer.O, attended), stream);
            y = Norm(stream);
            float[] gate = Product(layer.Gate, y);
            _kernels.SiluMultiply(new ActivationPlan(), gate, Product(layer.Up, y), gate);
            _kernels.Add(residual, stream, Product(layer.Down, gate), stream);
        }

        _tensors.Argmax(Product(_top, Norm(stream)), _sizes.Vocabulary, TieRule.First);
    }

    private float[] Norm(float[] stream)
    {
        float[] y = new float[stream.Length];
        _kernels.RmsNorm(_norm, 1e-5f, stream, _ones, y);
        return y;
    }

    private float[] Product(WeightMatrix weights, float[] x)
    {
        if (!_products.TryGetValue((weights.Outputs, weights.Depth), out GemmProgram? program))
            _products[(weights.Outputs, weights.Depth)] = program = (GemmProgram)new GemmPlan { Lanes = new LaneTree { Lanes = 32, Vector = 4 } }.Lower(new OperatorShape(1, weights.Outputs, weights.Depth));
        float[] y = new float[weights.Outputs];
        _kernels.Gemm(program, x, weights, [], y);
        return y;
    }

    /// <summary>Weights that share the host's numbers, at different places; each has its own memory on the device.</summary>
    private WeightMatrix Matrix(int outputs, int depth)
    {
        int start = outputs * depth == _values.Length ? 0 : _used++ % 64 * 4 % (_values.Length - (outputs * depth));
        return new WeightMatrix(outputs, depth, _values.AsMemory(start, outputs * depth));
    }

    private sealed class Layer
    {
        public Layer(DecodeStep step)
        {
            CheckSizes sizes = step._sizes;
            int keyWidth = sizes.KeyHeads * step._head;
            (Q, K, V, O) = (step.Matrix(sizes.Hidden, sizes.Hidden), step.Matrix(keyWidth, sizes.Hidden), step.Matrix(keyWidth, sizes.Hidden), step.Matrix(sizes.Hidden, sizes.Hidden));
            (Gate, Up, Down) = (step.Matrix(sizes.FeedForward, sizes.Hidden), step.Matrix(sizes.FeedForward, sizes.Hidden), step.Matrix(sizes.Hidden, sizes.FeedForward));
            Cache = new KeyValueCache(sizes.KeyHeads, step._head, sizes.Context);
            for (int position = 0; position < sizes.Context; position++)
                Cache.Append(step._values.AsSpan(position, keyWidth), step._values.AsSpan(position + 1, keyWidth));
        }

        public WeightMatrix Q { get; }

        public WeightMatrix K { get; }

        public WeightMatrix V { get; }

        public WeightMatrix O { get; }

        public WeightMatrix Gate { get; }

        public WeightMatrix Up { get; }

        public WeightMatrix Down { get; }

        public KeyValueCache Cache { get; }
    }
}
