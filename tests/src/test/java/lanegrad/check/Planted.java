package lanegrad.check;

import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;

/// A right operation with a fault planted in its forward, its backward or its exact meaning.
///
/// @param forward what goes wrong after the right forward; `null` for nothing
/// @param backward what goes wrong after the right backward, or in its place; `null` for nothing
/// @param instead whether `backward` stands in place of the right one
/// @param meaning what becomes of the exact result; `null` for nothing
record Planted(Op right, Fault forward, Fault backward, boolean instead, Meaning meaning) implements Op {
    /// What goes wrong in floats.
    interface Fault {
        void plant(Tape.Entry e);
    }

    /// An element of a gradient.
    interface Element {
        /// @param dx what stands there
        float at(Tape.Entry e, int i, float dx);
    }

    /// What goes wrong in the exact meaning.
    interface Meaning {
        Real[] plant(Real[] y, Real[]... x);
    }

    /// Every element of a gradient is changed after the right backward.
    static Fault changed(int k, Element f) {
        return e -> {
            if (e.wants(k)) {
                float[] dx = e.dx(k).data();
                for (int i = 0; i < e.x(k).size(); i++) {
                    dx[i] = f.at(e, i, dx[i]);
                }
            }
        };
    }

    /// Every element of a gradient is computed anew.
    static Fault gradient(int k, Element f) {
        return e -> {
            if (e.wants(k)) {
                float[] dx = e.dx(k).data();
                for (int i = 0; i < e.x(k).size(); i++) {
                    float v = f.at(e, i, dx[i]);
                    dx[i] = e.adds(k) ? dx[i] + v : v;
                }
            }
        };
    }

    /// Every element of the result is changed after the right forward.
    static Fault result(Element f) {
        return e -> {
            float[] y = e.y().data();
            for (int i = 0; i < e.y().size(); i++) {
                y[i] = f.at(e, i, y[i]);
            }
        };
    }

    @Override
    public String name() {
        return "planted-" + right.name();
    }

    @Override
    public int arity() {
        return right.arity();
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        return right.shape(attribute, inputs);
    }

    @Override
    public void forward(Tape.Entry e) {
        right.forward(e);
        if (forward != null) {
            forward.plant(e);
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        if (!instead) {
            right.backward(e);
        }
        if (backward != null) {
            backward.plant(e);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = right.exact(attribute, shapes, x);
        return meaning == null ? y : meaning.plant(y, x);
    }
}
