package lanegrad;

import java.util.Arrays;

/// A number in double precision that knows its derivative: what the exact meaning of an operation is written in.
///
/// One text serves three purposes, so that the meaning of an operation stands in one place:
///
/// - *value*: [#value], in double: the oracle of accuracy.
/// - *forward*: a number carries the derivative of its value along one direction ([#slope], a dual number), and each
///   function hands it on by the chain rule. No step, so no step error.
/// - *reverse*: numbers that come from a [Trace] are recorded on it with the partial derivatives of each function, and
///   [Trace#gradient] walks them backward. Partials are dual numbers themselves; so the gradient comes with its own
///   derivative along the direction: a Hessian-vector product.
///
/// **Running error.** Beside its value a number keeps a bound of what the same computation loses in float arithmetic
/// ([#error]): what its inputs have lost, times the partial derivatives, and the rounding of the function itself, one
/// unit of 2^-24 for arithmetic, four for the functions whose kernels are good to two ulp, one for each term of a sum.
/// The backward walk does the same for the gradient. It is a bound to second order, for where a derivative vanishes the
/// first says that nothing is lost; computed along with the numbers, in place of a tolerance that somebody guessed.
///
/// **Zeros stay.** A slope or an adjoint of exactly 0 gives 0 whatever it is multiplied by, infinities and NaN
/// included: a branch that is not taken contributes nothing.
///
/// **Branches.** Floats that differ from a number by no more than its running error may lie on the other side of a
/// kink. A function in pieces says where its pieces meet ([#branched]); a number in doubt there has the jump of the
/// slope as the error of its derivative.
///
/// **Kinks.** [#abs] has the slope 0 at 0; [#max] and [#min] give half to each of equal numbers. An operation with
/// another convention decides by [#value] and returns one of its inputs.
///
/// (Over 300 lines: value, slope, running error and trace of a function belong together, or they come apart.)
///
/// Sources: A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed. (2008), chapters 3 and 5; N. Higham, *Accuracy
/// and Stability of Numerical Algorithms*, 2nd ed. (2002), section 3.3, for the running error.
public final class Real {
    /// 0, a constant.
    public static final Real ZERO = new Real(0, 0, 0, null, -1);
    /// 1, a constant.
    public static final Real ONE = new Real(1, 0, 0, null, -1);

    /// Half the distance of neighbouring floats, relative to them: what one float rounding loses at most.
    private static final double UNIT = 0x1p-24;
    /// The smallest float, which bounds what a result below the normal range loses.
    private static final double LEAST = 0x1p-149;
    /// Errors below this are those of zeros, which floats have on the same side.
    private static final double NONE = 0x1p-130;

    private final double value;
    private final double slope;
    private final double error;
    private final Trace trace;
    private final int index;

    private Real(double value, double slope, double error, Trace trace, int index) {
        this.value = value;
        this.slope = slope;
        this.error = error;
        this.trace = trace;
        this.index = index;
    }

    /// A constant.
    public static Real of(double value) {
        return new Real(value, 0, 0, null, -1);
    }

    /// A number with a slope: 1 for the variable of a derivative, the component of a direction otherwise.
    public static Real of(double value, double slope) {
        return new Real(value, slope, 0, null, -1);
    }

    /// The value.
    public double value() {
        return value;
    }

    /// The derivative of the value along the direction.
    public double slope() {
        return slope;
    }

    /// How far the value may be from what float arithmetic makes of the same inputs: the running error.
    public double error() {
        return error;
    }

    /// `this + b`.
    public Real plus(Real b) {
        return binary(b, value + b.value, 1, 0, 0, 1, 0, 0);
    }

    /// `this + b`.
    public Real plus(double b) {
        return unary(value + b, 1, 0, 1);
    }

    /// `this - b`.
    public Real minus(Real b) {
        return binary(b, value - b.value, 1, 0, 0, -1, 0, 0);
    }

    /// `this - b`.
    public Real minus(double b) {
        return unary(value - b, 1, 0, 1);
    }

    /// `this * b`.
    public Real times(Real b) {
        return binary(b, value * b.value, b.value, b.slope, b.error, value, slope, error, scaled(error, b.error));
    }

    /// `this * b`.
    public Real times(double b) {
        return unary(value * b, b, 0, 1);
    }

    /// `this / b`.
    public Real over(Real b) {
        double y = value / b.value;
        double inverse = 1 / b.value;
        double byA = inverse;
        double byASlope = scaled(-inverse * inverse, b.slope);
        double byB = -y * inverse;
        double byBSlope = -scaled(inverse * inverse, slope) + scaled(2 * y * inverse * inverse, b.slope);
        double byAError = scaled(inverse * inverse, b.error);
        double byBError = scaled(inverse * inverse, error) + scaled(2 * Math.abs(y) * inverse * inverse, b.error);
        return binary(b, y, byA, byASlope, byAError, byB, byBSlope, byBError);
    }

    /// `this / b`.
    public Real over(double b) {
        return unary(value / b, 1 / b, 0, 1);
    }

    /// `-this`.
    public Real negated() {
        return unary(-value, -1, 0, 0);
    }

    /// `1 / this`.
    public Real reciprocal() {
        double y = 1 / value;
        return unary(y, -y * y, 2 * y * y * y, 1);
    }

    /// `this * this`.
    public Real square() {
        return unary(value * value, 2 * value, 2, 1);
    }

    /// The square root; the slope at 0 is infinite.
    public Real sqrt() {
        double y = Math.sqrt(value);
        return unary(y, 0.5 / Math.abs(y), -0.25 / (Math.abs(y) * value));
    }

    /// The magnitude; the slope at 0 is 0.
    public Real abs() {
        return unary(Math.abs(value), value != value ? value : Math.signum(value), 0, 0).branched(this, ZERO, 2);
    }

    /// `e^this`.
    public Real exp() {
        double y = StrictMath.exp(value);
        return unary(y, y, y);
    }

    /// `e^this - 1`.
    public Real expm1() {
        double y = StrictMath.exp(value);
        return unary(StrictMath.expm1(value), y, y);
    }

    /// The natural logarithm; NaN below 0, with the slope `1 / this` all the same.
    public Real log() {
        return unary(StrictMath.log(value), 1 / value, -1 / (value * value));
    }

    /// `log(1 + this)`.
    public Real log1p() {
        double x = 1 + value;
        return unary(StrictMath.log1p(value), 1 / x, -1 / (x * x));
    }

    /// The hyperbolic tangent. The slope `1 - y^2` is computed as `4 u / (1 + u)^2` with `u = e^(-2 |x|)`: without
    /// cancellation.
    public Real tanh() {
        double y = StrictMath.tanh(value);
        double u = StrictMath.exp(-2 * Math.abs(value));
        double slope = 4 * u / ((1 + u) * (1 + u));
        // A kernel takes the slope from the rounded y: its error is relative to 1.
        return function(y, slope, -2 * y * slope, 0x1p-22);
    }

    /// The logistic sigmoid `1 / (1 + e^-this)`, with the slope `s(x) s(-x)`.
    public Real sigmoid() {
        // e^-|x| does not overflow, and neither of the two cancels.
        double u = StrictMath.exp(-Math.abs(value));
        double y = (value >= 0 ? 1 : u) / (1 + u);
        double other = (value >= 0 ? u : 1) / (1 + u);
        return unary(y, y * other, y * other * (other - y));
    }

    /// `log(1 + e^this)`, with the slope `s(x)`, the sigmoid.
    public Real softplus() {
        double u = StrictMath.exp(-Math.abs(value));
        double s = (value >= 0 ? 1 : u) / (1 + u);
        return unary(Math.max(value, 0) + StrictMath.log1p(u), s, u / ((1 + u) * (1 + u)));
    }

    /// `this^exponent`, for a constant exponent; the slope for the exponent 0 is 0.
    public Real pow(double exponent) {
        double slope = exponent == 0 ? 0 : exponent * StrictMath.pow(value, exponent - 1);
        double bend = exponent == 0 || exponent == 1 ? 0
                : exponent * (exponent - 1) * StrictMath.pow(value, exponent - 2);
        double y = StrictMath.pow(value, exponent);
        if (!(exponent > 1)) {
            return unary(y, slope, bend);
        }
        // At 0 the first derivatives say nothing of what an error becomes.
        double size = Math.abs(value);
        double lost = StrictMath.pow(size + error, exponent) - StrictMath.pow(size, exponent);
        double slack = StrictMath.pow(size + error, exponent - 1) - StrictMath.pow(size, exponent - 1);
        return unary(y, slope, bend, error == 0 ? 0 : lost, 4, error == 0 ? 0 : exponent * slack);
    }

    /// A function of this that is none of the others.
    ///
    /// @param y its value here
    /// @param first its derivative here
    /// @param second its second derivative here, for Hessian-vector products and for what errors do
    public Real function(double y, double first, double second) {
        return unary(y, first, second);
    }

    /// The same for a function whose derivative passes through 0 on the way to larger values, where float arithmetic
    /// loses an absolute amount.
    ///
    /// @param slack what the derivative loses
    public Real function(double y, double first, double second, double slack) {
        return unary(y, first, second, 4, slack);
    }

    /// The larger one; of equal ones, half of each. NaN if one is. -0 is below +0.
    public Real max(Real b) {
        if (value == b.value) {
            return binary(b, Math.max(value, b.value), 0.5, 0, 0, 0.5, 0, 0).branched(this, b, 0.5);
        }
        return (value > b.value || value != value ? this : b).branched(this, b, 1);
    }

    /// The smaller one; of equal ones, half of each. NaN if one is. -0 is below +0.
    public Real min(Real b) {
        if (value == b.value) {
            return binary(b, Math.min(value, b.value), 0.5, 0, 0, 0.5, 0, 0).branched(this, b, 0.5);
        }
        return (value < b.value || value != value ? this : b).branched(this, b, 1);
    }

    /// This, as the result of a function whose pieces meet where `x = kink`, with slopes that differ by `jump`: if the
    /// two are closer than their running errors, floats may have taken the other piece.
    public Real branched(Real x, Real kink, double jump) {
        double doubt = x.error + kink.error;
        if (!(Math.abs(x.value - kink.value) <= doubt) || doubt <= NONE || jump == 0) {
            return this;
        }
        double lost = error + jump * doubt;
        Trace on = trace != null ? trace : x.trace != null ? x.trace : kink.trace;
        if (on == null) {
            return new Real(value, slope, lost, null, -1);
        }
        int begin = on.edges;
        on.edge(index, 1, 0, 0);
        on.edge(x.index, 0, 0, jump);
        on.edge(kink.index, 0, 0, jump);
        return new Real(value, slope, lost, on, on.node(begin));
    }

    /// The sum; 0 for none.
    public static Real sum(Real... x) {
        return sum(x, 0, 1, x.length);
    }

    /// The sum of `n` numbers from `x[at]` on, every `stride`-th; 0 for none.
    public static Real sum(Real[] x, int at, int stride, int n) {
        double y = 0;
        double slope = 0;
        double error = 0;
        double size = 0;
        Trace trace = null;
        for (int i = 0; i < n; i++) {
            Real v = x[at + i * stride];
            y += v.value;
            slope += v.slope;
            error += v.error;
            size += Math.abs(v.value);
            trace = v.trace != null ? v.trace : trace;
        }
        error += n * rounding(size);
        if (trace == null) {
            return new Real(y, slope, error, null, -1);
        }
        int begin = trace.edges;
        for (int i = 0; i < n; i++) {
            trace.edge(x[at + i * stride].index, 1, 0, 0);
        }
        return new Real(y, slope, error, trace, trace.node(begin));
    }

    /// `start + sum over p < n of a[aAt + p aStride] * b[bAt + p bStride]`: an element of a matrix product.
    public static Real dot(Real[] a, int aAt, int aStride, Real[] b, int bAt, int bStride, int n, Real start) {
        double y = start.value;
        double slope = start.slope;
        double error = start.error;
        double size = Math.abs(y);
        Trace trace = start.trace;
        for (int p = 0; p < n; p++) {
            Real u = a[aAt + p * aStride];
            Real v = b[bAt + p * bStride];
            y += u.value * v.value;
            slope += scaled(v.value, u.slope) + scaled(u.value, v.slope);
            error += scaled(Math.abs(v.value), u.error) + scaled(Math.abs(u.value) + u.error, v.error);
            size += Math.abs(u.value * v.value);
            trace = u.trace != null ? u.trace : v.trace != null ? v.trace : trace;
        }
        error += n * rounding(size);
        if (trace == null) {
            return new Real(y, slope, error, null, -1);
        }
        int begin = trace.edges;
        for (int p = 0; p < n; p++) {
            Real u = a[aAt + p * aStride];
            Real v = b[bAt + p * bStride];
            trace.edge(u.index, v.value, v.slope, v.error);
            trace.edge(v.index, u.value, u.slope, u.error);
        }
        trace.edge(start.index, 1, 0, 0);
        return new Real(y, slope, error, trace, trace.node(begin));
    }

    /// A row of a matrix product: `y[at + j] = start[j] + sum over p < k of a[aAt + p aStride] * b[p, j]`, as [#dot]
    /// would have it for each of n columns of a [Matrix], but the rounding of the slope and the error, and many times
    /// faster.
    ///
    /// @param start the bias, or `null`
    public static void row(Real[] a, int aAt, int aStride, Matrix b, Real[] start, Real[] y, int at) {
        int n = b.n;
        double[] value = new double[n];
        double[] slope = new double[n];
        double[] error = new double[n];
        double[] size = new double[n];
        for (int j = 0; start != null && j < n; j++) {
            value[j] = start[j].value;
            slope[j] = start[j].slope;
            error[j] = start[j].error;
            size[j] = Math.abs(start[j].value);
        }
        for (int p = 0; p < b.k; p++) {
            Real u = a[aAt + p * aStride];
            // Loops of one line, for the JIT to make vectors of.
            int row = p * n;
            double v = u.value;
            double absolute = Math.abs(v);
            for (int j = 0; j < n; j++) {
                value[j] += v * b.value[row + j];
            }
            for (int j = 0; j < n; j++) {
                size[j] += absolute * b.absolute[row + j];
            }
            if (b.hasError || u.error != 0) {
                for (int j = 0; j < n; j++) {
                    error[j] += u.error * b.absolute[row + j] + (absolute + u.error) * b.error[row + j];
                }
            }
            if (b.hasSlope || u.slope != 0) {
                for (int j = 0; j < n; j++) {
                    slope[j] += u.slope * b.value[row + j] + v * b.slope[row + j];
                }
            }
        }
        for (int j = 0; j < n; j++) {
            y[at + j] = new Real(value[j], slope[j], error[j] + b.k * rounding(size[j]), null, -1);
        }
    }

    /// The second operand of [#row]: numbers taken apart into arrays.
    public static final class Matrix {
        private final int k;
        private final int n;
        private final double[] value;
        private final double[] absolute;
        private final double[] slope;
        private final double[] error;
        private boolean hasSlope;
        private boolean hasError;

        /// Takes `b[p * pStride + j * jStride]` for p < k, j < n.
        public Matrix(Real[] b, int k, int n, int pStride, int jStride) {
            this.k = k;
            this.n = n;
            value = new double[k * n];
            absolute = new double[k * n];
            slope = new double[k * n];
            error = new double[k * n];
            for (int p = 0; p < k; p++) {
                for (int j = 0; j < n; j++) {
                    Real v = b[p * pStride + j * jStride];
                    value[p * n + j] = v.value;
                    absolute[p * n + j] = Math.abs(v.value);
                    slope[p * n + j] = v.slope;
                    error[p * n + j] = v.error;
                    hasSlope |= v.slope != 0;
                    hasError |= v.error != 0;
                }
            }
        }
    }

    /// Whether these are plain: none on a [Trace], all finite, so that [#row] may take them.
    public static boolean plain(Real[] x) {
        for (Real v : x) {
            if (v.trace != null || !(Math.abs(v.value) + Math.abs(v.slope) + v.error < Double.POSITIVE_INFINITY)) {
                return false;
            }
        }
        return true;
    }

    /// Constants.
    public static Real[] of(double[] values) {
        Real[] x = new Real[values.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = of(values[i]);
        }
        return x;
    }

    /// Numbers with slopes.
    public static Real[] of(double[] values, double[] slopes) {
        Real[] x = new Real[values.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = of(values[i], slopes[i]);
        }
        return x;
    }

    /// The values.
    public static double[] values(Real[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i].value;
        }
        return y;
    }

    /// The slopes.
    public static double[] slopes(Real[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i].slope;
        }
        return y;
    }

    @Override
    public String toString() {
        return slope == 0 ? Double.toString(value) : value + " with slope " + slope;
    }

    private static double scaled(double factor, double slope) {
        return slope == 0 ? 0 : factor * slope;
    }

    private Real unary(double y, double first, double second) {
        return unary(y, first, second, 4, 0);
    }

    private Real unary(double y, double first, double second, int roundings) {
        return unary(y, first, second, roundings, 0);
    }

    private Real unary(double y, double first, double second, int roundings, double slack) {
        double lost = scaled(Math.abs(first), error) + scaled(Math.abs(second) / 2, error * error);
        return unary(y, first, second, lost, roundings, scaled(Math.abs(second), error) + slack);
    }

    // lost: what the error of this does to y; partialError: what it does to the derivative.
    private Real unary(double y, double first, double second, double lost, int roundings, double partialError) {
        double tangent = scaled(first, slope);
        double all = lost + roundings * rounding(y);
        if (trace == null) {
            return new Real(y, tangent, all, null, -1);
        }
        int begin = trace.edges;
        trace.edge(index, first, scaled(second, slope), partialError);
        return new Real(y, tangent, all, trace, trace.node(begin));
    }

    private static double lost(double partial) {
        return Math.abs(partial) > Float.MAX_VALUE ? Double.POSITIVE_INFINITY : 0;
    }

    private static double rounding(double y) {
        // Beyond the floats, float arithmetic says infinity, and nothing bounds its error.
        return Math.abs(y) > Float.MAX_VALUE ? Double.POSITIVE_INFINITY : UNIT * Math.abs(y) + LEAST;
    }

    private Real binary(Real b, double y, double byA, double byASlope, double byAError, double byB, double byBSlope,
            double byBError) {
        return binary(b, y, byA, byASlope, byAError, byB, byBSlope, byBError, 0);
    }

    // more: what the errors of both do together.
    private Real binary(Real b, double y, double byA, double byASlope, double byAError, double byB, double byBSlope,
            double byBError, double more) {
        double tangent = scaled(byA, slope) + scaled(byB, b.slope);
        double lost = scaled(Math.abs(byA), error) + scaled(Math.abs(byB), b.error) + more + rounding(y);
        Trace on = trace != null ? trace : b.trace;
        if (on == null) {
            return new Real(y, tangent, lost, null, -1);
        }
        int begin = on.edges;
        on.edge(index, byA, byASlope, byAError);
        on.edge(b.index, byB, byBSlope, byBError);
        return new Real(y, tangent, lost, on, on.node(begin));
    }

    /// Where numbers are recorded to be walked backward: a node for each function, an edge for each of its inputs.
    public static final class Trace {
        private int[] first = new int[64];
        private int nodes;
        private int[] input = new int[64];
        private double[] partial = new double[64];
        private double[] partialSlope = new double[64];
        private double[] partialError = new double[64];
        private int edges;

        /// An empty one.
        public Trace() {
        }

        /// A new variable.
        public Real variable(double value, double slope) {
            return new Real(value, slope, 0, this, node(edges));
        }

        /// New variables.
        public Real[] variables(double[] values) {
            Real[] x = new Real[values.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = variable(values[i], 0);
            }
            return x;
        }

        /// New variables with slopes.
        public Real[] variables(double[] values, double[] slopes) {
            Real[] x = new Real[values.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = variable(values[i], slopes[i]);
            }
            return x;
        }

        /// The gradients of `sum over j of dy[j] y[j]` with respect to each of `x`, numbers of this trace, in one walk.
        /// Each comes with its derivative along the direction of the slopes, if there are any, and with its running
        /// error.
        public Real[][] gradient(Real[] y, double[] dy, Real[]... x) {
            double[] adjoint = new double[nodes];
            double[] slope = new double[nodes];
            double[] error = new double[nodes];
            double[] size = new double[nodes];
            int[] terms = new int[nodes];
            for (int j = 0; j < y.length; j++) {
                if (y[j].trace == this) {
                    // An operation that only moves elements hands on the numbers themselves, some of them twice.
                    int n = y[j].index;
                    adjoint[n] += dy[j];
                    size[n] += Math.abs(dy[j]);
                    terms[n]++;
                }
            }
            for (int n = nodes - 1; n >= 0; n--) {
                if (terms[n] > 1) {
                    error[n] += terms[n] * rounding(size[n]);
                }
                if (adjoint[n] == 0 && slope[n] == 0 && error[n] == 0) {
                    continue;
                }
                for (int e = first[n], end = n + 1 < nodes ? first[n + 1] : edges; e < end; e++) {
                    int to = input[e];
                    if (to >= 0) {
                        double term = scaled(partial[e], adjoint[n]);
                        adjoint[to] += term;
                        slope[to] += scaled(partial[e], slope[n]) + scaled(partialSlope[e], adjoint[n]);
                        // The partial derivative, good to 3.5 ulp in the worst kernel, and the product.
                        // A partial derivative beyond the floats is infinite in them, whatever it is multiplied by.
                        error[to] += scaled(Math.abs(partial[e]), error[n])
                                + scaled(partialError[e], Math.abs(adjoint[n]) + error[n]) + 8 * rounding(term)
                                + scaled(lost(partial[e]), Math.abs(adjoint[n]));
                        size[to] += Math.abs(term);
                        terms[to]++;
                    }
                }
            }
            Real[][] dx = new Real[x.length][];
            for (int k = 0; k < x.length; k++) {
                dx[k] = new Real[x[k].length];
                for (int i = 0; i < x[k].length; i++) {
                    int n = x[k][i].index;
                    dx[k][i] = x[k][i].trace == this ? new Real(adjoint[n], slope[n], error[n], null, -1) : ZERO;
                }
            }
            return dx;
        }

        private int node(int begin) {
            if (nodes == first.length) {
                first = Arrays.copyOf(first, 2 * nodes);
            }
            first[nodes] = begin;
            return nodes++;
        }

        private void edge(int to, double partial, double slope, double error) {
            if (edges == input.length) {
                input = Arrays.copyOf(input, 2 * edges);
                this.partial = Arrays.copyOf(this.partial, 2 * edges);
                partialSlope = Arrays.copyOf(partialSlope, 2 * edges);
                partialError = Arrays.copyOf(partialError, 2 * edges);
            }
            input[edges] = to;
            this.partial[edges] = partial;
            partialSlope[edges] = slope;
            // A float derivative beyond the floats is infinite.
            partialError[edges++] = Math.abs(partial) > Float.MAX_VALUE ? Double.POSITIVE_INFINITY : error;
        }
    }
}
