package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.op.Max;
import lanegrad.op.Mean;
import lanegrad.op.Min;

/// Chapter 2: the digits, one and many, as pictures and as numbers.
final class TheData extends Chapter {
    private final List<Figure.Image> means = new ArrayList<>();
    private final double[] counts = new double[10];

    TheData(Lesson lesson) {
        super(lesson, 2, "The data");
    }

    @Override
    void write() {
        prose("""
                1,797 digits, written by 13 people, scanned and made small: each is a picture of 8 × 8 squares, and each
                square, a *pixel*, says how many of 16 dots beneath it were black. They come with the program.""");
        code("load");
        figure("one", new Figure.Digits("The first digit with its numbers", List.of(List.of(new Figure.Image(
                Lesson.row(lesson.digits(), 0), "image 0, label " + lesson.digits().y()[0]))), false, 16, null, true,
                false), """
                The first image. A computer is given the 64 numbers; you see a nought because your eye puts them where
                they belong. The same numbers in code:""");
        code("matrix");
        heading("Many");
        List<Figure.Image> sheet = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sheet.add(new Figure.Image(Lesson.row(lesson.digits(), i), String.valueOf(lesson.digits().y()[i])));
        }
        figure("sheet", Figure.Digits.of("The first sixty digits with their labels", sheet, 16), """
                The first 60, with the *label* that says which digit was meant. Some are hard for people too.""");
        prose("The range of the pixels and how often each digit occurs, over all images:");
        code("facts");
        List<String> names = new ArrayList<>();
        for (int digit = 0; digit < 10; digit++) {
            names.add(String.valueOf(digit));
        }
        figure("classes", new Figure.Bars("How many images there are of each digit", Figure.Axis.of("images"), names,
                List.of("images"), List.of(counts)), """
                Images of each digit. They are nearly balanced, so guessing is right one time in ten, and that is what
                a network has to beat.""");
        question("Why divide the pixels by 16?", """
                So that they lie between 0 and 1. The weighted sums of the next chapter then stay small, where the
                activations of chapter 4 are steep, and one learning rate suits all. 16 is a power of two, so the
                division rounds nothing.""");
        heading("Flat");
        prose("""
                A network of this lesson does not know that pixels have neighbours. It takes the 64 numbers as one
                column, row after row of the image: an 8 × 8 matrix becomes 64 × 1. Nothing is lost but the layout;
                pixel (r, c) is number 8r + c.""");
        code("flatten");
        question("What shape should it have?", """
                One example as a column is [64, 1]; as a row [1, 64]. The notebook's column suits formulas on paper, the
                row suits data: n examples are then n rows, [n, 64], and stand in memory one after the other. This
                engine takes rows. What never works is plain [64], which says neither; chapter 7 shows what that can
                cost.""");
        heading("The mean of each digit");
        prose("The mean over all images of a digit is the first thing that one might call a model:");
        code("means");
        figure("means", Figure.Digits.of("The mean image of each digit", means, 16), """
                The mean image of each digit. Note the corners: some pixels are white in every image, and chapter 10
                shows what that does to their weights.""");
        tryThis("lanegrad train --data FILE.csv", """
                Digits of your own: a line of 64 numbers from 0 to 16 and the label for each. A 1 with a foot, or a 7
                with a bar, will show what these 13 people did not write.""");
    }

    private void load() {
        // show: load
        Dataset digits = Digits.load();
        print("%s", digits);
        print("x %s, %d labels", digits.x().shape(), digits.y().length);
        // end
    }

    private void matrix() {
        // show: matrix
        Dataset digits = lesson.digits();
        for (int r = 0; r < 8; r++) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < 8; c++) {
                line.append(text("%4.0f", digits.x().get(0, 8 * r + c)));
            }
            print("%s", line);
        }
        print("label %d", digits.y()[0]);
        // end
    }

    private void facts() {
        // show: facts
        Dataset digits = lesson.digits();
        Var x = lesson.tape().constant(digits.x());
        Tensor darkest = Max.ofColumns(x).value();
        for (int label : digits.y()) {
            counts[label]++;
        }
        int white = 0;
        for (int pixel = 0; pixel < 64; pixel++) {
            white += darkest.get(pixel) == 0 ? 1 : 0;
        }
        print("pixels from %.0f to %.0f", Min.of(x).value().item(), Max.of(x).value().item());
        print("pixels that are 0 in every image: %d of 64", white);
        for (int digit = 0; digit < 10; digit++) {
            print("digit %d: %.0f images", digit, counts[digit]);
        }
        // end
    }

    private void flatten() {
        // show: flatten
        float[] pixels = Lesson.row(lesson.digits(), 0);
        Tensor image = Tensor.of(pixels, 8, 8);
        Tensor column = Tensor.of(pixels, 64, 1);
        Tensor row = Tensor.of(pixels, 1, 64);
        print("image %s, column %s, row %s", image.shape(), column.shape(), row.shape());
        print("pixel (2, 3): %.0f = %.0f = %.0f", image.get(2, 3), column.get(8 * 2 + 3, 0),
                row.get(0, 8 * 2 + 3));
        // end
    }

    private void means() {
        // show: means
        for (int digit = 0; digit < 10; digit++) {
            Dataset some = only(lesson.digits(), digit);
            Var mean = Mean.ofColumns(lesson.tape().constant(some.x()));
            means.add(new Figure.Image(mean.value().toArray(), String.valueOf(digit)));
            print("digit %d: mean of %d rows, shape %s; pixel (4, 3) is %.2f", digit, some.size(),
                    mean.shape(), mean.value().get(8 * 4 + 3));
        }
        // end
    }

    private static Dataset only(Dataset data, int label) {
        int[] rows = new int[data.size()];
        int count = 0;
        for (int i = 0; i < data.size(); i++) {
            if (data.y()[i] == label) {
                rows[count++] = i;
            }
        }
        return data.rows(java.util.Arrays.copyOf(rows, count));
    }
}
