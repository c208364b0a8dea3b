package lanegrad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Processors by the names that systems give them.
class ProcessorTest {
    @ParameterizedTest
    @CsvSource({
        "'vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n', true",
        "'vendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 25\n', false",
        "'vendor_id\t: GenuineIntel\ncpu family\t: 25\nmodel\t\t: 143\n', false",
        "'AMD64 Family 25 Model 97 Stepping 2, AuthenticAMD', true",
        "'AMD64 Family 26 Model 68 Stepping 0, AuthenticAMD', false",
        "'Intel64 Family 6 Model 143 Stepping 8, GenuineIntel', false",
        "'', false"})
    void zen4DoesHalves(String name, boolean halves) {
        assertEquals(halves, Processor.halves512Bits(name));
    }
}
