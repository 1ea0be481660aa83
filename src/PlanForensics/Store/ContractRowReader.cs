using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>Reads one contract from its rows.</summary>
internal sealed class ContractRowReader(SqliteConnection connection, SqliteTransaction transaction, bool withTensors, Dictionary<long, StepState> profiles)
{
    private readonly TensorReader _tensors = new(connection, transaction, withTensors);

    public ExecutionContract? Find(string requestId)
    {
        using SqliteCommand command = Command("""
            SELECT r.request_key, r.schema_version, r.recorded_at, r.completed_at, r.finish_reason, r.replica, r.dropped_steps, m.identity, r.x, r.extra
            FROM requests r JOIN models m ON m.model_id = r.model_id WHERE r.request_id = $id
            """);
        command.Parameters.AddWithValue("$id", requestId);
        using SqliteDataReader reader = command.ExecuteReader();
        if (!reader.Read())
            return null;
        RowReader row = new(reader);
        long key = row.Long();
        return new ExecutionContract
        {
            RequestId = requestId,
            SchemaVersion = row.Int(),
            RecordedAt = row.TimeOrNull()!.Value,
            CompletedAt = row.TimeOrNull(),
            FinishReason = row.TextOrNull(),
            Replica = row.TextOrNull(),
            DroppedSteps = row.LongOrNull(),
            Model = StoreJson.Parse<ModelIdentity>(row.Text())!,
            Request = StoreJson.Parse<EffectiveRequest>(row.Text())!,
            UnknownFields = StoreJson.Parse<UnknownFields>(row.TextOrNull()),
            Steps = ReadSteps(key),
        };
    }

    private ValueList<ContractStep> ReadSteps(long key)
    {
        using SqliteCommand command = Command($"SELECT {StepWriter.Columns} FROM v_step_rows WHERE request_key = $key ORDER BY step_index, rank");
        command.Parameters.AddWithValue("$key", key);
        using SqliteDataReader reader = command.ExecuteReader();
        RowReader row = new(reader);
        List<ContractStep> steps = [];
        while (reader.Read())
        {
            row.NextRow();
            row.Long();
            steps.Add(ReadStep(key, row));
        }

        return steps.ToValueList();
    }

    private ContractStep ReadStep(long key, RowReader row)
    {
        StepState state = ReadState(row);
        int? chosen = row.IntOrNull();
        ContentHash? chosenHash = row.TextOrNull() is { } text ? ContentHash.Parse(text) : null;
        RecordedLogit? top1 = ReadLogit(row);
        RecordedLogit? top2 = ReadLogit(row);
        ValueList<RecordedLogit>? topK = StoreJson.Parse<ValueList<RecordedLogit>>(row.TextOrNull());
        long? logits = row.LongOrNull();
        string? logitsHash = row.TextOrNull();
        NumericFormat? logitsFormat = row.FormatOrNull();
        int? hiddenCount = row.IntOrNull();
        int? capturedCount = row.IntOrNull();
        StepExtra? extra = StoreJson.Parse<StepExtra>(row.TextOrNull());
        return new ContractStep
        {
            UnknownFields = extra?.Step,
            State = extra is null ? state : state with { BatchIndex = extra.BatchIndex, FirstRow = extra.FirstRow, UnknownFields = extra.State ?? state.UnknownFields },
            Observation = new StepObservation
            {
                ChosenToken = chosen,
                ChosenTokenHash = chosenHash,
                Top1 = extra?.Top1 ?? top1,
                Top2 = extra?.Top2 ?? top2,
                TopK = topK,
                Logits = logits is { } id ? _tensors.Get(id, extra?.Logits) : null,
                LogitsSha256 = logitsHash,
                LogitsFormat = logitsFormat,
                HiddenStateHashes = hiddenCount is null ? null : hiddenCount == 0 ? [] : ReadHidden(key, state),
                CapturedTensors = capturedCount is null ? null : capturedCount == 0 ? [] : ReadCaptured(key, state),
                UnknownFields = extra?.Observation,
            },
        };
    }

    private StepState ReadState(RowReader row)
    {
        (int index, int rank, StepState profile) = (row.Int(), row.Int(), ProfileOf(row.Long()));
        StepState state = profile with
        {
            StepIndex = index,
            Rank = rank,
            Phase = row.Text() == "prefill" ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
            Shape = profile.Shape with { QueryLength = row.Int(), KeyLength = row.Int() },
            BatchFingerprint = row.TextOrNull(),
            BatchSize = row.IntOrNull(),
            PaddedBatch = row.IntOrNull(),
            BatchTokens = row.IntOrNull(),
            AdmittedAt = row.TimeOrNull(),
            StartedAt = row.TimeOrNull(),
            AdmissionTimeMs = row.RealOrNull(),
            QueueTimeMs = row.RealOrNull(),
            GpuTimeMs = row.RealOrNull(),
            VramFreeMb = row.RealOrNull(),
            WorkspaceFreeBytes = row.LongOrNull(),
            KvRegime = row.TextOrNull(),
            KvPoolMb = row.RealOrNull(),
            KvPoolUsedMb = row.RealOrNull(),
            PagingActive = row.BoolOrNull(),
            L2HitRate = row.RealOrNull(),
            FallbackCount = row.IntOrNull(),
            DequantizeCount = row.IntOrNull(),
            RequantizeCount = row.IntOrNull(),
            ReplicationPinnedMb = row.RealOrNull(),
            CheckpointPinnedMb = row.RealOrNull(),
        };
        (double? comm, double? skew, double? bandwidth, long? retransmits) = (row.RealOrNull(), row.RealOrNull(), row.RealOrNull(), row.LongOrNull());
        return profile.Collective is not { } collective ? state : state with
        {
            Collective = collective with { CommTimeMs = comm, RankSkewMs = skew, EffectiveBandwidthGbPerS = bandwidth, Retransmits = retransmits },
        };
    }

    private static RecordedLogit? ReadLogit(RowReader row)
    {
        (int? token, NumericFormat? format, long? bits, _) = (row.IntOrNull(), row.FormatOrNull(), row.LongOrNull(), row.RealOrNull());
        return token is null ? null : RecordedLogit.FromBits(token.Value, format!.Value, checked((uint)bits!.Value));
    }

    private StepState ProfileOf(long id)
    {
        if (!profiles.TryGetValue(id, out StepState? profile))
        {
            using SqliteCommand command = Command("SELECT state FROM profiles WHERE profile_id = $id");
            command.Parameters.AddWithValue("$id", id);
            profile = StoreJson.Parse<StepState>(command.ExecuteScalar() as string) ?? throw new FormatException($"profile {id} is missing");
            profiles.Add(id, profile);
        }

        return profile;
    }

    private ValueList<HiddenStateHash> ReadHidden(long key, StepState state)
    {
        using SqliteCommand command = Command("""
            SELECT layer, point, format, sha256, extra FROM hidden_states WHERE request_key = $key AND step_index = $step AND rank = $rank ORDER BY position
            """);
        using SqliteDataReader reader = Execute(command, key, state);
        RowReader row = new(reader);
        List<HiddenStateHash> hashes = [];
        for (; reader.Read(); row.NextRow())
        {
            hashes.Add(new HiddenStateHash
            {
                Layer = row.Int(),
                Point = row.TextOrNull(),
                Format = row.FormatOrNull(),
                Sha256 = row.Text(),
                UnknownFields = StoreJson.Parse<UnknownFields>(row.TextOrNull()),
            });
        }

        return hashes.ToValueList();
    }

    private ValueList<CapturedTensor> ReadCaptured(long key, StepState state)
    {
        using SqliteCommand command = Command("""
            SELECT name, layer, tensor_id, extra FROM captured_tensors WHERE request_key = $key AND step_index = $step AND rank = $rank ORDER BY position
            """);
        using SqliteDataReader reader = Execute(command, key, state);
        RowReader row = new(reader);
        List<CapturedTensor> tensors = [];
        for (; reader.Read(); row.NextRow())
        {
            (string name, int? layer, long tensor) = (row.Text(), row.IntOrNull(), row.Long());
            CapturedExtra? extra = StoreJson.Parse<CapturedExtra>(row.TextOrNull());
            tensors.Add(new CapturedTensor { Name = name, Layer = layer, Tensor = _tensors.Get(tensor, extra?.Tensor), UnknownFields = extra?.Captured });
        }

        return tensors.ToValueList();
    }

    private static SqliteDataReader Execute(SqliteCommand command, long key, StepState state)
    {
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$step", state.StepIndex);
        command.Parameters.AddWithValue("$rank", state.Rank);
        return command.ExecuteReader();
    }

    private SqliteCommand Command(string sql)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The texts are constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
