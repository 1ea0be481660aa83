using System.Globalization;
using Microsoft.Data.Sqlite;
using PlanForensics.Tests.Store;

namespace PlanForensics.Tests.Telemetry;

/// <summary>Makes small exports in the layout of Nsight Systems: two processes on two devices, three steps each, equal correlation ids in both.</summary>
internal static class NsysFixture
{
    public const string Gemm = "ampere_bf16_s16816gemm_bf16_128x64_ldg8_f2f_stages_64x4_tn";

    public const string Reduce = "ncclDevKernel_AllReduce_Sum_bf16_RING_LL";

    public static void Write(string path, bool withCalls = true, bool withProcess = true, bool withRanges = true)
    {
        string pid = withProcess ? ", globalPid INTEGER" : "";
        SqliteRows.Execute(path, $"""
            CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT);
            CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, deviceId INTEGER, streamId INTEGER, correlationId INTEGER{pid}, demangledName INTEGER,
              gridX INTEGER, gridY INTEGER, gridZ INTEGER, blockX INTEGER, blockY INTEGER, blockZ INTEGER);
            INSERT INTO StringIds VALUES (1, 'cudaLaunchKernel'), (2, '{Gemm}'), (3, '{Reduce}'), (4, 'sampler_kernel'), (5, 'cuLaunchKernel');
            CREATE TABLE TARGET_INFO_SESSION_START_TIME (utcEpochNs INTEGER);
            INSERT INTO TARGET_INFO_SESSION_START_TIME VALUES (1700000000000000000);
            CREATE TABLE TARGET_INFO_GPU (id INTEGER, name TEXT, smCount INTEGER);
            INSERT INTO TARGET_INFO_GPU VALUES (0, 'NVIDIA H100', 132), (1, 'NVIDIA H100', 132);
            """);
        if (withCalls)
            SqliteRows.Execute(path, "CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, eventClass INTEGER, globalTid INTEGER, correlationId INTEGER, nameId INTEGER)");
        if (withRanges)
            SqliteRows.Execute(path, "CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, eventType INTEGER, text TEXT, globalTid INTEGER, domainId INTEGER, textId INTEGER)");
        using SqliteConnection connection = SqliteRows.Open(path);
        using SqliteTransaction transaction = connection.BeginTransaction();
        for (int device = 0; device < 2; device++)
            for (int step = 0; step < 3; step++)
                WriteStep(connection, transaction, device, step, withCalls, withProcess, withRanges);
        transaction.Commit();
    }

    // A range of 5 ms; the product and the all-reduce are launched in it and run after it, the sampler is launched 1 ms after its end.
    private static void WriteStep(SqliteConnection connection, SqliteTransaction transaction, int device, int step, bool withCalls, bool withProcess, bool withRanges)
    {
        long process = (100L + device) << 24;
        long begin = 1_000_000 + (step * 20_000_000L);
        string name = step == 0 ? "execute_context_1(37)_generation_4(4)" : $"execute_context_0(0)_generation_{4 + step}({4 + step})";
        if (withRanges)
            Execute($"INSERT INTO NVTX_EVENTS VALUES ({begin}, {begin + 5_000_000}, 59, '{name}', {process | 7}, 0, NULL)");
        (int Name, long Launch, long Start, long Length)[] kernels =
        [
            (2, begin + 100, begin + 8_000_000, 2_000_000),
            (3, begin + 200, begin + 10_000_000 + (device * 500_000), 1_000_000),
            (4, begin + 6_000_000, begin + 12_000_000, 1_000),
        ];
        for (int index = 0; index < kernels.Length; index++)
        {
            (int kernel, long launch, long start, long length) = kernels[index];
            int correlation = (10 * step) + index;
            Execute($"INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES ({start}, {start + length}, {device}, 7, {correlation}{(withProcess ? $", {process}" : "")}, {kernel}, 8, 4, 1, 128, 1, 1)");
            if (withCalls)
                Execute($"INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES ({launch + 5}, {launch + 40}, 1, {process | 7}, {correlation}, 5), ({launch}, {launch + 50}, 0, {process | 7}, {correlation}, 1)");
        }

        void Execute(string sql)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100
            command.CommandText = sql.ToString(CultureInfo.InvariantCulture);
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }
}
