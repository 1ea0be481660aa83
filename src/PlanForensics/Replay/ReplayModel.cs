using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>A decoder made ready for replay: weights widened to binary32 once, rope tables made when first asked for. May be shared by threads.</summary>
public sealed class ReplayModel
{
    private readonly Dictionary<DecoderTensorKey, WeightMatrix> _matrices = [];
    private readonly Dictionary<DecoderTensorKey, float[]> _vectors = [];
    private readonly ConcurrentDictionary<(NumericFormat Format, MathPath Math, RopeAngles Angles), RopeTable> _ropeTables = new();
    private readonly ConditionalWeakTable<RopePlan, RopeTable> _planTables = [];
    private readonly RopeTable? _givenRope;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ropeTable">Recorded cosines and sines to use instead of computed ones, or null.</param>
    public ReplayModel(DecoderModel model, RopeTable? ropeTable = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Source = model;
        Graph = new DecoderGraph(model.Configuration);
        _givenRope = ropeTable;
        foreach ((DecoderTensorKey key, IReadOnlyList<int> shape) in DecoderTensors.Expected(model.Configuration))
        {
            TensorValue? tensor = key.IsBias ? model.Bias(key.Role, key.Layer) : model.Weight(key.Role, key.Layer);
            if (tensor is null)
                continue;
            if (shape.Count == 2)
                _matrices[key] = WeightMatrix.From(tensor);
            else
                _vectors[key] = tensor.ToFp32();
        }

        var head = new DecoderTensorKey(OperatorRole.LmHead, -1);
        if (model.Configuration.HasTiedHead && _matrices.TryGetValue(new DecoderTensorKey(OperatorRole.Embedding, -1), out WeightMatrix? embedding))
            _matrices[head] = embedding;
    }

    /// <summary>The model.</summary>
    public DecoderModel Source { get; }

    /// <summary>The decoder's operators.</summary>
    public DecoderGraph Graph { get; }

    /// <summary>The decoder's configuration.</summary>
    public ModelConfiguration Configuration => Source.Configuration;

    /// <summary>Weights of a matrix product, or an embedding's rows.</summary>
    /// <param name="role">The operator's role.</param>
    /// <param name="layer">Its layer, or -1.</param>
    /// <returns>The matrix, (N, K).</returns>
    /// <exception cref="KeyNotFoundException">The model has no such weights.</exception>
    public WeightMatrix Matrix(OperatorRole role, int layer) => _matrices.TryGetValue(new DecoderTensorKey(role, layer), out WeightMatrix? matrix)
        ? matrix
        : throw new KeyNotFoundException($"the model has no matrix for {DecoderOperator.NameOf(role, layer)}");

    /// <summary>A norm's weight or an operator's bias.</summary>
    /// <param name="role">The operator's role.</param>
    /// <param name="layer">Its layer, or -1.</param>
    /// <param name="isBias">Whether the bias is meant.</param>
    /// <returns>The values; empty where there are none.</returns>
    public ReadOnlySpan<float> Vector(OperatorRole role, int layer, bool isBias = false) =>
        _vectors.TryGetValue(new DecoderTensorKey(role, layer, isBias), out float[]? vector) ? vector : [];

    /// <summary>The rotation's cosines and sines.</summary>
    /// <param name="plan">The rotation's plan.</param>
    /// <returns>The given table, else the computed one in the plan's table format.</returns>
    public RopeTable Rope(RopePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return _givenRope ?? (_planTables.TryGetValue(plan, out RopeTable? known) ? known : _planTables.GetValue(plan, Computed));
    }

    private RopeTable Computed(RopePlan plan) => _ropeTables.GetOrAdd(
        (plan.Table, plan.Math, plan.Angles), _ => RopeTable.Compute(plan, Configuration.RopeTheta, Configuration.HeadDimension, Configuration.ContextLength));
}
