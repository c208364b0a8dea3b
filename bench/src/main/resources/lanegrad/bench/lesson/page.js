'use strict';
// Draws the figures of the page with D3 from the data embedded in it, and again when their width changes. One file,
// though a long one: it goes into the page as it is.
// Colours are those of the style sheet, so that light, dark and paper need no drawing of their own.
(function () {
  const figures = JSON.parse(document.getElementById('data').textContent);
  const colour = i => `var(--c${i % 8})`;
  const dashes = i => (i < 8 ? null : '5 3');
  const short = v => (v === null || v === undefined ? '–' : v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5)
    ? d3.format('.3~e')(v) : d3.format('.4~g')(v)).replace('−', '-');

  // A text of one line with a colour sample before each name.
  function legend(root, names, style) {
    const rows = root.append('div').attr('class', 'legend');
    const item = rows.selectAll('span').data(names).join('span');
    item.append('svg').attr('width', 18).attr('height', 10).attr('aria-hidden', 'true').append('line')
      .attr('x1', 0).attr('x2', 18).attr('y1', 5).attr('y2', 5).attr('stroke-width', 3)
      .attr('stroke', (d, i) => colour(i)).attr('stroke-dasharray', (d, i) => style(i));
    item.append('span').text(d => d);
    return item;
  }

  function picture(root, width, height, label) {
    return root.append('svg').attr('viewBox', `0 0 ${width} ${height}`).attr('width', width).attr('height', height)
      .attr('role', 'img').attr('aria-label', label);
  }

  function range(axis, values) {
    if (axis.low < axis.high) return [axis.low, axis.high];
    const [low, high] = d3.extent(values.filter(v => v !== null && (!axis.log || v > 0)));
    return low < high ? [low, high] : [low - 1, low + 1];
  }

  function scale(axis, values, to) {
    const s = (axis.log ? d3.scaleLog() : d3.scaleLinear()).domain(range(axis, values)).range(to);
    return axis.low < axis.high ? s : axis.log ? s : s.nice(5);
  }

  const superscript = n => String(n).replace(/./g, c => ({'-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵',
    6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹'})[c]);

  function ticks(axis, s, count) {
    if (!axis.log) return a => a.ticks(count).tickFormat(v => Math.abs(v) >= 1e5 ? d3.format('~e')(v)
      : d3.format('~r')(+v.toPrecision(6)));
    const [low, high] = s.domain();
    const decades = Math.log10(high / low);
    if (decades < 1.5) return a => a.ticks(count, '~g');
    const every = Math.max(1, Math.ceil(decades / count));
    const values = d3.range(Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9) + 1)
      .filter(e => e % every === 0).map(e => Number(`1e${e}`));
    return a => a.tickValues(values).tickFormat(v => {
      const e = Math.round(Math.log10(v));
      return e >= -2 && e <= 3 ? d3.format('~r')(v) : `10${superscript(e)}`;
    });
  }

  // Axes with a grid; the name of the vertical one stands above it, where it can be read without turning the head.
  function axes(svg, spec, x, y, box, small) {
    const whole = !spec.x.log && !(spec.x.low < spec.x.high) && spec.series
      && spec.series.every(s => s.x.every(Number.isInteger));
    const across = whole ? a => a.tickValues(x.ticks(Math.max(3, Math.floor((box.right - box.left) / 75)))
      .filter(Number.isInteger)).tickFormat(d3.format(',d'))
      : ticks(spec.x, x, Math.max(3, Math.floor((box.right - box.left) / (small ? 55 : 75))));
    const up = ticks(spec.y, y, Math.max(3, Math.floor((box.bottom - box.top) / 40)));
    const grid = svg.append('g').attr('class', 'grid').attr('transform', `translate(${box.left},0)`);
    grid.call(up(d3.axisLeft(y).tickSize(box.left - box.right))).call(g => g.selectAll('text,.domain').remove());
    svg.append('g').attr('transform', `translate(0,${box.bottom})`).call(across(d3.axisBottom(x).tickSizeOuter(0)));
    svg.append('g').attr('transform', `translate(${box.left},0)`).call(up(d3.axisLeft(y).tickSizeOuter(0)))
      .call(g => g.select('.domain').remove());
    svg.selectAll('.tick text').attr('font-family', null).attr('font-size', null);
    svg.append('text').attr('class', 'soft').attr('x', 0).attr('y', 11).text(spec.y.label);
    svg.append('text').attr('class', 'soft').attr('x', (box.left + box.right) / 2).attr('y', box.bottom + 34)
      .attr('text-anchor', 'middle').text(spec.x.label);
  }

  function gutter(spec, y) {
    const shown = spec.y.log ? 42 : d3.max(y.ticks(5), v => short(v).length) * 7 + 12;
    return Math.max(28, shown);
  }

  function lines(root, spec, width, small) {
    const height = small ? Math.max(120, Math.min(210, width * 0.66)) : Math.max(230, Math.min(340, width * 0.55));
    const named = spec.series.filter(s => s.name);
    const style = i => spec.series[i].style === 'dashed' ? '5 3' : dashes(i);
    const items = !small && named.length ? legend(root, named.map(s => s.name), style) : null;
    const holder = root.append('div').style('position', 'relative');
    const svg = picture(holder, width, height, spec.label);
    const box = {left: 0, right: width - 10, top: 22, bottom: height - (spec.x.label ? 40 : 20)};
    const y = scale(spec.y, spec.series.flatMap(s => s.y), [box.bottom, box.top]);
    box.left = gutter(spec, y);
    const x = scale(spec.x, spec.series.flatMap(s => s.x), [box.left, box.right]);
    if (!(spec.x.low < spec.x.high)) x.domain(range(spec.x, spec.series.flatMap(s => s.x)));
    axes(svg, spec, x, y, box, small);
    const clip = `clip-${Math.random().toString(36).slice(2)}`;
    svg.append('clipPath').attr('id', clip).append('rect').attr('x', box.left - 2).attr('y', box.top - 3)
      .attr('width', box.right - box.left + 4).attr('height', box.bottom - box.top + 6);
    const line = d3.line().defined(d => d[1] !== null && (!spec.y.log || d[1] > 0)).x(d => x(d[0])).y(d => y(d[1]));
    const body = svg.append('g').attr('clip-path', `url(#${clip})`);
    const curves = body.selectAll('.curve').data(spec.series).join('g').attr('class', 'curve');
    curves.filter(s => s.style !== 'dots').append('path').attr('fill', 'none').attr('stroke-width', 2)
      .attr('stroke-linejoin', 'round').attr('stroke', s => colour(spec.series.indexOf(s)))
      .attr('stroke-dasharray', s => style(spec.series.indexOf(s))).attr('d', s => line(d3.zip(s.x, s.y)));
    curves.filter(s => s.style === 'dots').selectAll('circle').data(s => d3.zip(s.x, s.y).map(p => [p, s]))
      .join('circle')
      .attr('r', 2.5).attr('cx', d => x(d[0][0])).attr('cy', d => y(d[0][1]))
        .attr('fill', d => colour(spec.series.indexOf(d[1])));
    const bright = s => curves.attr('opacity', t => s === null || s === t ? 1 : 0.2);
    if (items) {
      items.on('pointerenter', (e, d) => bright(named.find(s => s.name === d))).on('pointerleave', () => bright(null));
    }
    // What is under the pointer: a rule, a dot on each curve, and the numbers.
    const rule = svg.append('line').attr('y1', box.top).attr('y2', box.bottom).attr('stroke', 'currentColor')
      .attr('opacity', 0);
    const dots = svg.append('g');
    const tip = holder.append('div').attr('class', 'tip').attr('hidden', '');
    const leave = e => {
      // A finger has left as soon as it is lifted; what it touched stays to be read.
      if (e.pointerType === 'touch') return;
      rule.attr('opacity', 0);
      dots.selectAll('*').remove();
      tip.attr('hidden', '');
    };
    svg.append('rect').attr('class', 'hover').attr('x', box.left).attr('y', box.top).attr('width', box.right - box.left)
      .attr('height', box.bottom - box.top).attr('fill', 'transparent')
      .on('pointerleave', leave)
      .on('pointermove pointerdown', e => {
        const factor = width / svg.node().getBoundingClientRect().width;
        const at = x.invert(d3.pointer(e, svg.node())[0]);
        const all = spec.series.map((s, i) => {
          const k = d3.bisectCenter(s.x, at);
          return {s, i, x: s.x[k], y: s.y[k]};
        });
        const near = d3.least(all, d => Math.abs(x(d.x) - x(at))).x;
        const shown = all.filter(d => Math.abs(x(d.x) - x(near)) < 6 && d.y !== null && d.y !== undefined);
        rule.attr('x1', x(near)).attr('x2', x(near)).attr('opacity', 0.35);
        dots.selectAll('circle').data(shown).join('circle').attr('r', 3.5).attr('fill', d => colour(d.i))
          .attr('cx', d => x(d.x)).attr('cy', d => Math.max(box.top, Math.min(box.bottom, y(d.y))));
        tip.attr('hidden', null).html('').append('div').style('font-weight', 600)
          .text(`${spec.x.label || 'x'} ${short(near)}`);
        shown.forEach(d => tip.append('div').style('color', colour(d.i))
          .text(`${d.s.name ? `${d.s.name} ` : ''}${short(d.y)}`));
        const wide = tip.node().offsetWidth, px = x(near) / factor;
        tip.style('left', `${px + 12 + wide < width / factor ? px + 12 : Math.max(0, px - 12 - wide)}px`)
          .style('top', '24px');
      });
  }

  function panels(root, spec) {
    const names = spec.panels[0].series.map(s => s.name).filter(Boolean);
    if (names.length) legend(root, names, i => (spec.panels[0].series[i].style === 'dashed' ? '5 3' : null));
    const grid = root.append('div').attr('class', spec.panels.length === 2 ? 'panels pairs' : 'panels');
    // All cells before the first drawing: how wide each is depends on how many there are.
    const cells = spec.panels.map((p, i) => {
      const cell = grid.append('div');
      cell.append('h4').text(spec.titles[i]);
      return cell;
    });
    cells.forEach((cell, i) => lines(cell, spec.panels[i], Math.floor(cell.node().clientWidth), true));
  }

  function bars(root, spec, width) {
    if (spec.names.length > 1) legend(root, spec.names, () => null);
    const groups = spec.categories.length, tall = width < 480 && groups * spec.names.length > 14;
    const height = tall ? groups * (spec.names.length * 15 + 10) + 40 : 250;
    const svg = picture(root, width, height, spec.label);
    const values = spec.values.flat();
    const low = spec.y.log ? d3.min(values.filter(v => v > 0)) / 3 : 0;
    const domain = spec.y.low < spec.y.high ? [spec.y.low, spec.y.high] : [low, d3.max(values)];
    const number = svg.append('g');
    if (tall) {
      const left = d3.max(spec.categories, c => c.length) * 7 + 8;
      const y = d3.scaleBand(spec.categories, [20, height - 6]).padding(0.2);
      const inner = d3.scaleBand(spec.names, [0, y.bandwidth()]).padding(0.1);
      const v = (spec.y.log ? d3.scaleLog() : d3.scaleLinear()).domain(domain).range([left, width - 46]);
      svg.append('text').attr('class', 'soft').attr('y', 11).text(spec.y.label);
      svg.append('g').selectAll('text').data(spec.categories).join('text').attr('x', left - 6)
        .attr('text-anchor', 'end')
        .attr('y', c => y(c) + y.bandwidth() / 2 + 4).text(c => c);
      spec.names.forEach((n, s) => spec.categories.forEach((c, i) => {
        const value = spec.values[s][i], end = value > 0 || !spec.y.log ? v(value) : left;
        svg.append('rect').attr('x', left).attr('y', y(c) + inner(n)).attr('width', Math.max(1, end - left))
          .attr('height', inner.bandwidth()).attr('fill', colour(s)).append('title').text(`${c} ${n} ${short(value)}`);
        svg.append('text').attr('class', 'soft').attr('x', end + 4)
          .attr('y', y(c) + inner(n) + inner.bandwidth() / 2 + 4).text(short(value));
      }));
      return;
    }
    const box = {left: 46, right: width - 6, top: 24, bottom: height - 24};
    const x = d3.scaleBand(spec.categories, [box.left, box.right]).padding(0.15);
    const inner = d3.scaleBand(spec.names, [0, x.bandwidth()]).padding(0.05);
    const y = (spec.y.log ? d3.scaleLog() : d3.scaleLinear()).domain(domain).range([box.bottom, box.top]);
    number.attr('class', 'grid').attr('transform', `translate(${box.left},0)`)
      .call(ticks(spec.y, y, 5)(d3.axisLeft(y).tickSize(box.left - box.right)))
        .call(g => g.selectAll('.domain').remove());
    svg.append('g').attr('transform', `translate(0,${box.bottom})`).call(d3.axisBottom(x).tickSize(0).tickPadding(6));
    svg.selectAll('.tick text').attr('font-family', null).attr('font-size', null);
    svg.append('text').attr('class', 'soft').attr('y', 11).text(spec.y.label);
    spec.names.forEach((n, s) => spec.categories.forEach((c, i) => {
      const value = spec.values[s][i], top = value > 0 || !spec.y.log ? y(value) : box.bottom;
      svg.append('rect').attr('x', x(c) + inner(n)).attr('y', top).attr('width', inner.bandwidth())
        .attr('height', Math.max(0, box.bottom - top)).attr('fill', colour(s)).append('title')
          .text(`${c} ${n} ${short(value)}`);
      if (spec.names.length === 1 && x.bandwidth() > 26) {
        svg.append('text').attr('x', x(c) + x.bandwidth() / 2).attr('y', top - 4).attr('text-anchor', 'middle')
          .text(short(value));
      }
    }));
  }

  // One picture of 8 x 8: ink in the text's colour, or signed in two colours.
  function image(root, of, spec, side, label) {
    const svg = picture(root, 80, 80, label).attr('width', side).attr('height', side);
    svg.selectAll('rect').data(Array.from(of.pixels)).join('rect').attr('width', 10.05).attr('height', 10.05)
      .attr('x', (d, i) => 10 * (i % 8)).attr('y', (d, i) => 10 * Math.floor(i / 8))
      .attr('fill', d => spec.signed ? (d < 0 ? 'var(--minus)' : 'var(--plus)') : 'currentColor')
      .attr('fill-opacity', d => Math.min(1, Math.abs(d) / spec.max));
    if (spec.numbers) {
      svg.selectAll('text').data(Array.from(of.pixels)).join('text').attr('text-anchor', 'middle')
        .attr('x', (d, i) => 10 * (i % 8) + 5).attr('y', (d, i) => 10 * Math.floor(i / 8) + 6.3)
        .style('font-size', spec.max > 1 ? '4.2px' : '2.8px')
        .style('fill', d => Math.abs(d) / spec.max > 0.55 ? 'var(--paper)' : 'var(--ink)').text(d => short(d));
    }
    return svg;
  }

  function digits(root, spec, width) {
    const all = spec.images;
    const show = (holder, frame) => {
      holder.html('');
      const many = all[frame].length;
      const wish = spec.numbers ? 300 : spec.wide ? 110 : 60;
      const room = Math.max(spec.numbers ? 1 : spec.wide ? 2 : 5, Math.floor((width + 11) / (wish + 11)));
      const columns = many === 4 && room < 4 ? 2 : Math.min(many, room >= 10 ? 10 : many % 5 === 0 && room >= 5 ? 5
        : room);
      const side = Math.min(spec.numbers ? 400 : spec.wide ? 160 : 84, (width - (columns - 1) * 11) / columns);
      const grid = holder.append('div').attr('class', 'pictures')
        .style('grid-template-columns', `repeat(${columns}, ${side}px)`)
        .style('justify-content', many > columns ? 'space-between' : 'start');
      all[frame].forEach(of => {
        const cell = grid.append('div');
        image(cell, of, spec, side, of.caption.replaceAll('\n', ', ') || spec.label);
        if (of.caption) cell.append('p').text(of.caption);
      });
    };
    stepper(root, spec.frames, show, {spread: true});
  }

  // A slider with buttons for what has frames. Shown first, and on paper, is the last frame unless one is given.
  function stepper(root, frames, show, {first, spread} = {}) {
    if (!frames) {
      show(root.append('div'), 0);
      return;
    }
    const last = frames.titles.length - 1;
    const bar = root.append('div').attr('class', 'stepper');
    const title = bar.append('output');
    const back = bar.append('button').attr('type', 'button').attr('class', 'back')
      .attr('aria-label', `previous ${frames.name}`).text('‹');
    const slider = bar.append('input').attr('type', 'range').attr('min', 0).attr('max', last).attr('step', 1)
      .attr('aria-label', frames.name);
    const next = bar.append('button').attr('type', 'button').attr('class', 'next')
      .attr('aria-label', `next ${frames.name}`).text('›');
    const holder = root.append('div');
    const key = root.node();
    const go = frame => {
      key.frame = Math.max(0, Math.min(last, frame));
      slider.property('value', key.frame).attr('aria-valuetext', frames.titles[key.frame]);
      title.text(frames.titles[key.frame]);
      show(holder, key.frame);
    };
    back.on('click', () => go(key.frame - 1));
    next.on('click', () => go(key.frame + 1));
    slider.on('input', () => go(Number(slider.property('value'))));
    go(key.frame === undefined ? first === undefined ? last : first : key.frame);
    // Nothing can be stepped through on paper: where each frame tells something of its own, three of them.
    key.paper = on => {
      if (!on || !spread) return go(key.frame);
      holder.html('');
      title.text('');
      new Set([0, Math.floor(last / 2), last]).forEach(f => {
        holder.append('h4').text(frames.titles[f]);
        show(holder.append('div'), f);
      });
      return null;
    };
  }

  function plane(root, spec, width) {
    stepper(root, spec.frames, (holder, frame) => {
      holder.html('');
      const grid = holder.append('div').attr('class', 'panels');
      spec.titles.forEach((t, p) => {
        const cell = grid.append('div');
        cell.append('h4').text(t);
        const side = Math.min(230, Math.floor(cell.node().clientWidth));
        const svg = picture(cell, side, side, `${spec.label}: ${t}`);
        const x = d3.scaleLinear([-0.5, 1.5], [20, side - 4]), y = d3.scaleLinear([-0.5, 1.5], [side - 20, 4]);
        const edges = spec.edges[p], edge = edges.length ? edges[Math.min(frame, edges.length - 1)] : null;
        if (edge && (edge.a !== 0 || edge.b !== 0)) {
          // The side that says 1, as the corners of the square cut by the line.
          const f = q => edge.a * q[0] + edge.b * q[1] - edge.c;
          const square = [[-0.5, -0.5], [1.5, -0.5], [1.5, 1.5], [-0.5, 1.5]], inside = [], cut = [];
          square.forEach((q, i) => {
            const r = square[(i + 1) % 4];
            if (f(q) > 0) inside.push(q);
            if (f(q) > 0 !== f(r) > 0) {
              const t = f(q) / (f(q) - f(r)), m = [q[0] + t * (r[0] - q[0]), q[1] + t * (r[1] - q[1])];
              inside.push(m);
              cut.push(m);
            }
          });
          const path = d3.line().x(q => x(q[0])).y(q => y(q[1]));
          svg.append('path').attr('d', `${path(inside)}Z`).attr('fill', 'var(--plus)').attr('fill-opacity', 0.14);
          svg.append('path').attr('d', path(cut)).attr('stroke', 'currentColor').attr('stroke-width', 1.5)
            .attr('fill', 'none');
        } else if (edge && edge.c < 0) {
          svg.append('rect').attr('x', x(-0.5)).attr('y', y(1.5)).attr('width', x(1.5) - x(-0.5))
            .attr('height', y(-0.5) - y(1.5))
            .attr('fill', 'var(--plus)').attr('fill-opacity', 0.14);
        }
        svg.append('g').attr('transform', `translate(0,${side - 20})`)
          .call(d3.axisBottom(x).tickValues([0, 1]).tickFormat(d3.format('d')).tickSize(0).tickPadding(6));
        svg.append('g').attr('transform', 'translate(20,0)').call(d3.axisLeft(y).tickValues([0, 1])
          .tickFormat(d3.format('d')).tickSize(0).tickPadding(6));
        svg.selectAll('.tick text').attr('font-family', null).attr('font-size', null);
        svg.append('g').selectAll('circle').data(spec.points[p]).join('circle').attr('cx', d => x(d.x))
          .attr('cy', d => y(d.y))
          .attr('r', 9).attr('stroke', 'var(--plus)').attr('stroke-width', 2)
            .attr('fill', d => d.on ? 'var(--plus)' : 'var(--paper)');
        svg.append('g').selectAll('text').data(spec.points[p]).join('text').attr('x', d => x(d.x))
          .attr('y', d => y(d.y) + 4.5)
          .attr('text-anchor', 'middle').style('fill', d => d.on ? 'var(--paper)' : 'var(--ink)')
            .text(d => d.on ? 1 : 0);
      });
    }, {spread: true});
  }

  function surface(root, spec, width) {
    const frames = {name: 'step', titles: d3.range(d3.max(spec.paths, p => p.x.length)).map(i => `after ${i} steps`)};
    legend(root, spec.paths.map(p => p.name), dashes);
    stepper(root, frames, (holder, frame) => {
      holder.html('');
      const height = Math.max(260, Math.min(460, width * 0.7));
      const svg = picture(holder, width, height, spec.label);
      const box = {left: 44, right: width - 10, top: 22, bottom: height - 40};
      const x = d3.scaleLinear([spec.x.low, spec.x.high], [box.left, box.right]);
      const y = d3.scaleLinear([spec.y.low, spec.y.high], [box.bottom, box.top]);
      const low = d3.min(spec.z), high = d3.max(spec.z);
      const levels = d3.range(1, 15).map(i => low + (high - low) * Math.pow(i / 15, 2.5));
      const contours = d3.contours().size([spec.columns, spec.rows]).thresholds(levels)(spec.z);
      const project = d3.geoPath(d3.geoTransform({point(px, py) {
        this.stream.point(box.left + (px - 0.5) / (spec.columns - 1) * (box.right - box.left),
          box.bottom - (py - 0.5) / (spec.rows - 1) * (box.bottom - box.top));
      }}));
      const clip = `clip-${Math.random().toString(36).slice(2)}`;
      svg.append('clipPath').attr('id', clip).append('rect').attr('x', box.left).attr('y', box.top)
        .attr('width', box.right - box.left).attr('height', box.bottom - box.top);
      const body = svg.append('g').attr('clip-path', `url(#${clip})`);
      body.append('g').selectAll('path').data(contours).join('path').attr('d', project).attr('fill', 'currentColor')
        .attr('fill-opacity', 0.02).attr('stroke', 'currentColor').attr('stroke-opacity', 0.25)
          .attr('stroke-width', 0.7);
      axes(svg, spec, x, y, box, false);
      svg.selectAll('.grid').remove();
      const line = d3.line().x(d => x(d[0])).y(d => y(d[1]));
      spec.paths.forEach((p, i) => {
        const points = d3.zip(p.x, p.y).slice(0, frame + 1);
        body.append('path').attr('fill', 'none').attr('stroke', colour(i)).attr('stroke-width', 2)
          .attr('stroke-linejoin', 'round').attr('d', line(points));
        const end = points[points.length - 1];
        body.append('circle').attr('r', 5).attr('cx', x(end[0])).attr('cy', y(end[1])).attr('fill', colour(i))
          .attr('stroke', 'var(--paper)').append('title').text(p.name);
      });
    });
  }

  function network(root, spec, width) {
    const height = Math.max(260, spec.layers[0].length * 74 + 30);
    const svg = picture(root, width, height, spec.label);
    const side = 60, left = spec.pictures.length ? side + 16 : 60;
    const x = d3.scaleLinear([0, spec.layers.length - 1], [left + 20, width - 70]);
    const y = (l, i) => 24 + (height - 30) * (i + 0.5) / spec.layers[l].length;
    const widest = spec.weights.map(w => d3.max(w.flat(), Math.abs) || 1);
    const tip = svg.append('g');
    spec.weights.forEach((w, l) => w.forEach((row, i) => row.forEach((v, j) => {
      tip.append('line').attr('x1', x(l)).attr('y1', y(l, i)).attr('x2', x(l + 1)).attr('y2', y(l + 1, j))
        .attr('stroke', v < 0 ? 'var(--minus)' : 'var(--plus)')
          .attr('stroke-width', 0.6 + 6 * Math.abs(v) / widest[l]).attr('opacity', 0.8);
      if (row.length * w.length < 12) {
        tip.append('text').attr('class', 'soft').attr('x', x(l) * 0.55 + x(l + 1) * 0.45)
          .attr('y', y(l, i) * 0.55 + y(l + 1, j) * 0.45 - 8).attr('text-anchor', 'middle')
          .style('paint-order', 'stroke').attr('stroke', 'var(--paper)').attr('stroke-width', 4)
            .text(d3.format('+.3f')(v));
      }
    })));
    spec.layers.forEach((units, l) => units.forEach((name, i) => {
      svg.append('circle').attr('cx', x(l)).attr('cy', y(l, i)).attr('r', 17).attr('fill', 'var(--paper)')
        .attr('stroke', 'currentColor');
      svg.append('text').attr('x', x(l)).attr('y', y(l, i) + 4).attr('text-anchor', 'middle').text(name);
    }));
    const most = d3.max(spec.pictures.flatMap(p => Array.from(p.pixels)), Math.abs) || 1;
    spec.pictures.forEach((p, i) => {
      const inner = image(svg, p, {signed: true, max: most}, side, p.caption);
      inner.attr('x', 4).attr('y', y(0, i) - side / 2);
      svg.append('rect').attr('x', 4).attr('y', y(0, i) - side / 2).attr('width', side).attr('height', side)
        .attr('fill', 'none').attr('stroke', 'var(--line)');
      svg.append('line').attr('x1', side + 6).attr('x2', x(0) - 18).attr('y1', y(0, i)).attr('y2', y(0, i))
        .attr('stroke', 'currentColor');
    });
    if (spec.pictures.length) svg.append('text').attr('class', 'soft').attr('x', 4).attr('y', 12)
      .text('64 weights each');
  }

  // A network whose numbers appear in the order in which they are computed.
  function walk(root, spec, width) {
    stepper(root, spec.frames, (holder, frame) => {
      holder.html('');
      const narrow = width < 560;
      const height = narrow ? width * 1.55 : Math.min(560, width * 0.72);
      const svg = picture(holder, width, height, `${spec.label}: ${spec.frames.titles[frame]}`);
      // Narrow: the same network from top to bottom.
      const px = i => narrow ? 34 + (width - 68) * spec.y[i] : 60 + (width - 150) * spec.x[i];
      const py = i => narrow ? 30 + (height - 90) * spec.x[i] : 40 + (height - 90) * spec.y[i];
      spec.edges.forEach(e => svg.append('line').attr('x1', px(e[0])).attr('y1', py(e[0])).attr('x2', px(e[1]))
        .attr('y2', py(e[1]))
        .attr('stroke', 'var(--line)').attr('stroke-width', 1.5));
      const tint = d => d === 'forward' ? 'var(--forward)' : d === 'backward' ? 'var(--backward)' : 'var(--ink)';
      spec.units.forEach((u, i) => {
        svg.append('circle').attr('cx', px(i)).attr('cy', py(i)).attr('r', 20).attr('fill', 'var(--paper)')
          .attr('stroke', 'currentColor');
        svg.append('text').attr('x', px(i)).attr('y', py(i) + 4).attr('text-anchor', 'middle')
          .style('font-weight', 600).text(u);
      });
      const seen = new Map();
      spec.notes.filter(n => n.frame <= frame).forEach(n => {
        const key = `${n.from} ${n.to}`, nth = seen.get(key) || 0;
        seen.set(key, nth + 1);
        const text = svg.append('text').style('fill', tint(n.direction)).style('font-size', narrow ? '10px' : '12px')
          .style('paint-order', 'stroke').attr('stroke', 'var(--paper)').attr('stroke-width', 4)
          .style('font-weight', n.frame === frame ? 700 : 400).text(n.text);
        if (n.to < 0) {
          text.attr('x', px(n.from)).attr('text-anchor', 'middle').attr('y', py(n.from) + 34 + 13 * nth);
        } else {
          // Nearer to the beginning of the edge, where those that cross are apart.
          const t = spec.edges.find(e => e[0] === n.from && e[1] === n.to)[2] / 100;
          text.attr('x', px(n.from) * (1 - t) + px(n.to) * t).attr('text-anchor', 'middle')
            .attr('y', py(n.from) * (1 - t) + py(n.to) * t - 3 + 13 * nth);
        }
      });
    });
  }

  function batches(root, spec, width) {
    stepper(root, spec.frames, (holder, frame) => {
      holder.html('');
      const columns = 100, cell = width / columns, rows = Math.ceil(spec.examples / columns);
      const svg = picture(holder, width, Math.ceil(rows * cell), `${spec.label}: ${spec.frames.titles[frame]}`);
      const per = Math.ceil(spec.batch / columns);
      d3.range(Math.ceil(spec.examples / spec.batch)).forEach(b => {
        const state = b < frame ? 'var(--soft)' : b === frame ? 'var(--c1)' : 'var(--line)';
        svg.append('g').attr('fill', state).selectAll('circle')
          .data(d3.range(b * spec.batch, Math.min(spec.examples, (b + 1) * spec.batch))).join('circle')
            .attr('r', cell * 0.36)
          .attr('cx', i => (i % columns + 0.5) * cell).attr('cy', i => (Math.floor(i / columns) + 0.5) * cell);
      });
    }, {first: 0});
  }

  const kinds = {lines, panels, bars, digits, plane, surface, network, walk, batches};

  function draw(element) {
    const root = d3.select(element);
    const {kind, of} = figures[element.parentNode.id];
    element.drawn = element.clientWidth;
    root.html('');
    kinds[kind](root, of, element.clientWidth);
  }

  const charts = document.querySelectorAll('.chart');
  charts.forEach(draw);
  // Only for another width: a drawing changes its own height.
  const watch = new ResizeObserver(entries => entries.forEach(e => {
    if (Math.abs(e.target.clientWidth - e.target.drawn) > 1) draw(e.target);
  }));
  charts.forEach(c => watch.observe(c));
  // Paper cannot unfold anything.
  const folded = [];
  const paper = on => charts.forEach(c => c.paper && c.paper(on));
  addEventListener('beforeprint', () => {
    document.querySelectorAll('details:not([open])').forEach(d => {
      folded.push(d);
      d.open = true;
    });
    paper(true);
  });
  addEventListener('afterprint', () => {
    folded.splice(0).forEach(d => { d.open = false; });
    paper(false);
  });
})();
