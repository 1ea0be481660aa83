using System.Text;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Tests.Rules.CublasLt;

/// <summary>A small invented profile: numbers that no GPU has, so that every row shows in small products.</summary>
internal static class OwnProfile
{
    public const string Json = """
        {
          "name": "sm_90 (invented)", "measured_cublaslt": "0.0.0", "sm_count": 3, "threads_per_sm": 8,
          "algo_family": [[11, "gemmsn"], [12, "cutlass"], [13, "gemv"], [14, "gemv"], [66, "nvjet"]],
          "stages_recipe": [[["cutlass", 1], [4, 2]], [["nvjet", 1], [4, null]], [["nvjet", 2], [4, null]]],
          "block_level_keys": [["nvjet", 2]],
          "splitk_grains": [2, 4],
          "reduction_to_cmode": [[0, 3], [2, 0], [4, 2]],
          "gemmsn_recipe": [[[11, 0], [2, 3]], [[11, 1], [1, 0]]],
          "gemv_recipe": [[[13, 1], [2, 2, 2, false]], [[13, 2], [1, 4, 0, true]], [[13, 3], [-64, 4, 0, true]]],
          "gemv_cslice_recipe": [[[13, 5], [3, 2]]],
          "gemv_max_elems": [[[13, 2], "occupancy"], [[13, 3], 7]]
        }
        """;

    public static CublasLtProfile Value { get; } = Parse(Json);

    public static CublasLtProfile Parse(string json) => CublasLtProfile.Parse(Encoding.UTF8.GetBytes(json), "own profile");

    /// <summary>A config of ALGO_ID, SPLITK_NUM, REDUCTION_SCHEME, CUSTOM_OPTION and STAGES_ID; the others are unset.</summary>
    public static CublasLtConfig Config(int? algoId, int? splits, int? scheme, int? custom, int? stages) =>
        CublasLtConfig.FromVector(algoId, null, splits, scheme, null, custom, stages, null, null);
}
