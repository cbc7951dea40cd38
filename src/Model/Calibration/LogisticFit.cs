namespace TcMgc.Model.Calibration;

/// <summary>Logistic regression by Newton's method. A slight pull towards 0 keeps what the data leave open finite.</summary>
internal static class LogisticFit
{
    private const int MostSteps = 100;
    private const double Pull = 1e-4, Close = 1e-10, LongestStep = 10;

    /// <summary>1 / (1 + exp −x).</summary>
    public static double Probability(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    /// <summary>Fits P(outcome) = 1 / (1 + exp −(w₀ + w·x)).</summary>
    /// <param name="inputs">Rows x, all of one length.</param>
    /// <param name="outcomes">Whether it came true, a row each.</param>
    /// <param name="weights">How much a row counts, greater than 0.</param>
    /// <returns>w₀, then w.</returns>
    public static double[] Fit(IReadOnlyList<double[]> inputs, IReadOnlyList<bool> outcomes, IReadOnlyList<double> weights)
    {
        var (size, total) = (inputs[0].Length + 1, weights.Sum());
        var fitted = new double[size];
        for (var step = 0; step < MostSteps; step++)
        {
            var (gradient, hessian) = (new double[size], new double[size, size]);
            for (var row = 0; row < inputs.Count; row++)
                Add(inputs[row], outcomes[row], weights[row] / total, fitted, gradient, hessian);
            for (var i = 1; i < size; i++)
            {
                gradient[i] -= Pull * fitted[i];
                hessian[i, i] += Pull;
            }
            hessian[0, 0] += Close; // all outcomes alike: still no division by 0
            var change = Solve(hessian, gradient);
            var scale = Math.Min(1, LongestStep / change.Max(Math.Abs));
            for (var i = 0; i < size; i++)
                fitted[i] += scale * change[i];
            if (change.Max(Math.Abs) < Close)
                break;
        }
        return fitted;
    }

    private static void Add(double[] input, bool outcome, double weight, double[] fitted, double[] gradient, double[,] hessian)
    {
        var logOdds = fitted[0];
        for (var i = 0; i < input.Length; i++)
            logOdds += fitted[i + 1] * input[i];
        var probability = Probability(logOdds);
        var (error, curvature) = (weight * ((outcome ? 1 : 0) - probability), weight * probability * (1 - probability));
        for (var i = 0; i <= input.Length; i++)
        {
            gradient[i] += error * At(i);
            for (var j = 0; j <= input.Length; j++)
                hessian[i, j] += curvature * At(i) * At(j);
        }

        double At(int index) => index == 0 ? 1 : input[index - 1];
    }

    /// <summary>Gauss' elimination of a positive definite system, overwritten.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var size = right.Length;
        for (var pivot = 0; pivot < size; pivot++)
            for (var row = pivot + 1; row < size; row++)
            {
                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column < size; column++)
                    matrix[row, column] -= factor * matrix[pivot, column];
                right[row] -= factor * right[pivot];
            }
        for (var row = size - 1; row >= 0; row--)
        {
            for (var column = row + 1; column < size; column++)
                right[row] -= matrix[row, column] * right[column];
            right[row] /= matrix[row, row];
        }
        return right;
    }
}
