using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>One step through the decoder's operators: which values each reads, which program it runs, and who asked to see what it gave. Values go by their names in the graph.</summary>
internal sealed class DecoderRun(StepContext context, IStepOperators operators) : IDisposable
{
    private readonly ReplayStep _step = context.Step;
    private readonly ModelConfiguration _configuration = context.Configuration;
    private readonly ValueSlots _slots = ValueSlots.Of(context.Model.Graph);
    private readonly StepValue?[] _values = new StepValue?[ValueSlots.Of(context.Model.Graph).Count];

    public StepValue Get(string name) => (_slots.Find(name) is { } slot ? _values[slot] : null)
        ?? throw new KeyNotFoundException($"no value named {name}; record it, or run the operator that makes it");

    /// <summary>Gives a value; one that the graph does not know is read by nobody.</summary>
    public void Set(string name, float[] value)
    {
        if (_slots.Find(name) is { } slot)
            Keep(slot, operators.Give(value, NumericFormat.Fp32));
    }

    /// <summary>Runs the whole graph; each value goes when nothing reads it any more.</summary>
    public void ExecuteAll(CancellationToken cancellation)
    {
        IReadOnlyList<DecoderOperator> nodes = context.Model.Graph.Operators;
        for (int index = 0; index < nodes.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            Execute(nodes[index]);
            foreach (int slot in _slots.LastReads[index])
            {
                _values[slot]?.Dispose();
                _values[slot] = null;
            }
        }
    }

    public void Execute(DecoderOperator node)
    {
        OperatorPlan plan = context.PlanOf(node);
        switch (node.Role)
        {
            case OperatorRole.Embedding: Store(node, 0, operators.Give(Embed((ResidualPlan)plan), ((ResidualPlan)plan).Output)); break;
            case OperatorRole.PositionAdd: AddPositions(node, (ResidualPlan)plan); break;
            case OperatorRole.AttentionNorm or OperatorRole.MlpNorm or OperatorRole.FinalNorm: Norm(node, (NormPlan)plan); break;
            case OperatorRole.Rope: Rotate(node, (RopePlan)plan); break;
            case OperatorRole.Attention when plan is ComposedAttentionPlan composed: Store(node, 0, operators.AttendComposed(node, composed, Input(node, 0), Input(node, 1), Input(node, 2))); break;
            case OperatorRole.Attention: Store(node, 0, operators.Attend(node, (AttentionPlan)plan, Input(node, 0), Input(node, 1), Input(node, 2))); break;
            case OperatorRole.Activation: Store(node, 0, operators.Activate(node, (ActivationPlan)plan, Input(node, 0), node.Inputs.Count > 1 ? Input(node, 1) : null)); break;
            case OperatorRole.AttentionResidual or OperatorRole.MlpResidual: Store(node, 0, operators.Add((ResidualPlan)plan, Input(node, 0), Input(node, 1))); break;
            case OperatorRole.Argmax: break;
            default: Gemm(node, plan); break;
        }
    }

    public ReplayStepResult Result()
    {
        StepValue value = Get("logits");
        int vocabulary = _configuration.VocabularySize;
        TieRule tie = ((ArgmaxPlan)_step.Plan.GetPlan(_step.Phase, -1, OperatorRole.Argmax)).Tie;
        if (_step.TokensOnly)
            return new ReplayStepResult([], operators.Argmax(value, vocabulary, tie), value.Format);
        if (value is SharedValue shared && shared.Logits(_step.Batch.Count) is { } known)
            return new ReplayStepResult(new SharedLogitsList(known), Array.ConvertAll(known, row => row.Token(tie)), value.Format) { Shared = known };
        float[] logits = value.ToHost();
        float[][] rows = [.. Enumerable.Range(0, _step.Batch.Count).Select(index => logits.AsSpan(index * vocabulary, vocabulary).ToArray())];
        return new ReplayStepResult(rows, [.. rows.Select(row => GreedyChoice.Of(row, tie))], value.Format);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (StepValue? value in _values)
            value?.Dispose();
        operators.Dispose();
    }

    private StepValue Input(DecoderOperator node, int index) => _values[_slots.Of(node).Inputs[index]] ?? Get(node.Inputs[index]);

    private float[] Embed(ResidualPlan plan)
    {
        WeightMatrix table = context.Model.Matrix(OperatorRole.Embedding, -1);
        float[] output = new float[context.Rows.Count * table.Depth];
        int row = 0;
        foreach (SequenceTokens entry in _step.Batch)
        {
            foreach (int token in entry.Tokens.Span)
            {
                if ((uint)token >= (uint)table.Outputs)
                    throw new ArgumentException($"token id {token} lies outside the vocabulary of {table.Outputs}");
                table.CopyRow(token, output.AsSpan(row++ * table.Depth, table.Depth));
            }
        }

        Rounding.RoundInPlace(output, plan.Output);
        return output;
    }

    private void AddPositions(DecoderOperator node, ResidualPlan plan)
    {
        WeightMatrix table = context.Model.Matrix(OperatorRole.PositionAdd, -1);
        float[] rows = new float[context.Rows.Count * table.Depth];
        for (int row = 0; row < context.Rows.Count; row++)
            table.CopyRow(context.Rows[row].Position, rows.AsSpan(row * table.Depth, table.Depth));
        using StepValue positions = operators.Give(rows, NumericFormat.Fp32);
        Store(node, 0, operators.Add(plan, Input(node, 0), positions));
    }

    private void Norm(DecoderOperator node, NormPlan plan) =>
        Store(node, 0, operators.Norm(node, (NormProgram)LoweringCache.Lower(plan, StepPrograms.Norm(_configuration)), plan.Output, Input(node, 0)));

    private void Gemm(DecoderOperator node, OperatorPlan plan)
    {
        bool isHead = node.Role == OperatorRole.LmHead;
        int rows = isHead ? _step.Batch.Count : context.Rows.Count;
        GemmProgram program = StepPrograms.Gemm(node, plan, rows, _step.BatchRows, isHead ? _step.FirstSequence ?? _step.FirstRow : _step.FirstRow);
        StepValue input = Input(node, 0);
        if (!isHead)
        {
            Store(node, 0, operators.Gemm(node, program, rows, input));
            return;
        }

        // Only each sequence's last position goes through the head.
        StepValue last = operators.TakeRows(input, context.LastRows(), _configuration.HiddenSize);
        Store(node, 0, operators.Gemm(node, program, rows, last));
        if (!ReferenceEquals(last, input))
            last.Dispose();
    }

    private void Rotate(DecoderOperator node, RopePlan plan)
    {
        RopeTable table = context.Model.Rope(plan);
        if (context.LastPosition >= table.Positions)
            throw new ArgumentException($"position {context.LastPosition} lies outside the rope table of {table.Positions} positions");
        for (int index = 0; index < 2; index++)
            Store(node, index, operators.Rotate(plan, table, Input(node, index)));
    }

    private void Store(DecoderOperator node, int index, StepValue value)
    {
        Keep(_slots.Of(node).Outputs[index], value);
        if (_step.Observer is { } observer && (_step.Observes?.Invoke(node) ?? true))
            observer(new OperatorOutput(node, node.Outputs[index], value.ToHost(), node.Role == OperatorRole.LmHead ? _step.Batch.Count : context.Rows.Count, value.Format));
    }

    private void Keep(int slot, StepValue value)
    {
        _values[slot]?.Dispose();
        _values[slot] = value;
    }
}
